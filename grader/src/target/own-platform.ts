import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Surroundings } from '@msctl/platform/choose-platform'
import { createLocalPlatform } from '@msctl/platform/local/local-platform'
import type { Platform } from '@msctl/platform/platform'
import { SERVICES } from '@msctl/sdk/contract'
import type { Target } from './target.ts'

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

/** Variables that would make the platform another one than the assignment asks for. */
const RULES =
  /^(CACHE_TTL_SECONDS|PAYMENT_\w+|BREAKER_\w+|UPSTREAM_TIMEOUT_SECONDS|API_KEYS|RATE_LIMIT|MAX_IN_FLIGHT|CORS_ORIGINS|DATABASE_POOL_SIZE|LOG_LEVEL)$/

/**
 * Starts a local platform in a folder of its own, on free ports, that is removed when it is closed.
 *
 * @throws Failure as `msctl up` does; nothing stays behind then.
 */
export async function startThrowAway(
  { home, env, command, onEvent, signal }: Surroundings,
  resetSeconds: number,
): Promise<{ readonly target: Target; close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-verify-'))
  const options = {
    home: folder,
    cacheDir: home.cache,
    programFolders: { packed: home.packedParts, clone: home.clone },
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !RULES.test(name))),
      BREAKER_RESET_SECONDS: String(resetSeconds),
    },
    command,
  }
  // What ends it must work after an interrupt, too, and starts and stops of a grading are not told as those of `msctl up`.
  const platform = createLocalPlatform({ ...options, onEvent: () => undefined })
  const close = async () => {
    await platform.down({ volumes: true })
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await chmod(folder, 0o711) // as root, the servers run as somebody who has to pass through
    await createLocalPlatform({ ...options, onEvent, signal }).up({ port: 0 })
    return { target: await platformTarget(platform, 'throw-away'), close }
  } catch (error) {
    await close()
    throw error
  }
}
