import type { Hands } from '@msctl/grader/target/control'
import type { DatabaseAccess } from '@msctl/grader/target/database-reach'
import type { Target } from '@msctl/grader/target/target'
import type { Platform, DatabaseAccess as PlatformAccess } from '@msctl/platform/platform'
import { SERVICES } from '@msctl/sdk/contract'

/** A platform that runs by one of our drivers, as something to be graded. */
export async function platformTarget(platform: Platform, kind: 'running' | 'throw-away'): Promise<Target> {
  const { url, parts } = await platform.status()
  const cachePort = parts.find(({ name }) => name === 'cache')?.port ?? null
  const databases = await Promise.all(
    SERVICES.map(
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
