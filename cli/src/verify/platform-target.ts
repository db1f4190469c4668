import type { Target } from '@msctl/grader/target/target'
import type { Platform } from '@msctl/platform/platform'
import { SERVICES } from '@msctl/sdk/contract'

/** A platform that runs by one of our drivers, as something to be graded. */
export async function platformTarget(platform: Platform, kind: 'running' | 'throw-away'): Promise<Target> {
  const { url, parts } = await platform.status()
  const cachePort = parts.find(({ name }) => name === 'cache')?.port ?? null
  const databases = await Promise.all(
    SERVICES.map(async (service) => [service, await platform.accessDatabase(service)] as const),
  )
  return {
    ...{ kind, url: url ?? '', control: platform, isOurs: true, isDisposable: kind === 'throw-away' },
    redis: cachePort === null ? platform.redis : `redis://127.0.0.1:${cachePort}`,
    databases: Object.fromEntries(databases),
  }
}
