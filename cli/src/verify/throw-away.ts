import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Target } from '@msctl/grader/target/target'
import { createLocalPlatform } from '@msctl/platform/local/local-platform'
import type { Context } from '../context.ts'
import { platformTarget } from './platform-target.ts'

/** What would make the platform another one than the assignment asks for. */
const RULES =
  /^(CACHE_TTL_SECONDS|PAYMENT_\w+|BREAKER_\w+|UPSTREAM_TIMEOUT_SECONDS|DATABASE_POOL_SIZE|LOG_LEVEL)$/

/** A platform that is only there to be graded. */
export interface ThrowAway {
  readonly target: Target
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** Starts a local platform in a folder of its own, on free ports. @throws Failure as `msctl up` does; nothing stays behind then. */
export async function startThrowAway(context: Context, resetSeconds: number): Promise<ThrowAway> {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-verify-'))
  const own = Object.entries(context.env).filter(([name]) => !RULES.test(name))
  const options = {
    home: folder,
    cacheDir: path.join(context.home.state, 'cache'),
    programFolders: { packed: context.home.packedParts, clone: context.home.clone },
    env: { ...Object.fromEntries(own), BREAKER_RESET_SECONDS: String(resetSeconds) },
    command: context.command,
  }
  // What ends it must work after an interrupt, too, and starts and stops of a grading are not told as those of `msctl up`.
  const platform = createLocalPlatform({ ...options, onEvent: () => undefined })
  const close = async () => {
    await platform.down({ volumes: true })
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await chmod(folder, 0o711) // as root, the servers run as somebody who has to pass through
    await createLocalPlatform({ ...options, onEvent: context.onEvent, signal: context.signal }).up({
      port: 0,
    })
    return { target: await platformTarget(platform, 'throw-away'), close }
  } catch (error) {
    await close()
    throw error
  }
}
