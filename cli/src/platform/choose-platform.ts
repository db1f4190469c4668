import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { createLocalPlatform } from './local/local-platform.ts'
import type { Driver, Platform } from './platform.ts'

/** What `--driver` may say. */
export type DriverChoice = Driver | 'auto'

/**
 * The driver to use.
 *
 * @param choice `auto`: the one that runs the platform here, else Compose where it answers, else local. `running`: the
 *   one that runs the platform here, else local, which then says that nothing runs.
 * @throws Failure `other-driver` when the platform runs here by another driver than the one asked for.
 */
export async function choosePlatform(choice: DriverChoice | 'running', context: Context): Promise<Platform> {
  if (process.platform === 'win32') throw new Failure('windows', {})
  const local = createLocalPlatform({
    home: context.home.state,
    programFolders: { packed: context.home.packedParts, clone: context.home.clone },
    env: context.env,
    command: context.command,
    onEvent: context.onEvent,
    signal: context.signal,
  })
  return local
}
