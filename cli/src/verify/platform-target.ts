import type { DatabaseAccess, Hands, Target } from '@msctl/scenarios/grading'
import { SERVICE_PARTS } from '../platform/parts.ts'
import type { Platform, DatabaseAccess as PlatformAccess } from '../platform/platform.ts'

/** A platform that runs by one of our drivers, as something to be graded. */
export async function platformTarget(platform: Platform, kind: 'running' | 'throw-away'): Promise<Target> {
  const { url, parts } = await platform.status()
  const cachePort = parts.find(({ name }) => name === 'cache')?.port ?? null
  const databases = await Promise.all(
    SERVICE_PARTS.map(
      async (service) => [service, await toAccess(await platform.accessDatabase(service))] as const,
    ),
  )
  return {
    ...{
      kind,
      url: url ?? '',
      hands: platformHands(platform),
      isOurs: true,
      isDisposable: kind === 'throw-away',
    },
    redis: cachePort === null ? (command) => platform.askCache(command) : `redis://127.0.0.1:${cachePort}`,
    databases: Object.fromEntries(databases),
  }
}

function platformHands(platform: Platform): Hands {
  const quietly = async (work: Promise<unknown>) => {
    await work
    return ''
  }
  return {
    stop: (part) => quietly(platform.stop(part)),
    start: (part) => quietly(platform.start(part)),
    kill: (part) => quietly(platform.kill(part)),
    restart: () => quietly(platform.restart()),
  }
}

function toAccess({ user, database, connection }: PlatformAccess): DatabaseAccess {
  const { password, ...way } = connection
  return { user, database, password, ssl: false, ...way }
}
