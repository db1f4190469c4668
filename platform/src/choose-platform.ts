import { existsSync } from 'node:fs'
import path from 'node:path'
import { Failure } from './failure.ts'
import { type Home, readLastDriver } from './home.ts'
import { createLocalPlatform } from './local/local-platform.ts'
import type { Driver, Platform, PlatformEvent } from './platform.ts'
import { isOnPath } from './run-process.ts'

/** Where the platform is, and who wants to know what a driver does. */
export interface Surroundings {
  readonly home: Home
  readonly env: NodeJS.ProcessEnv
  /** What is being done, for others who wait for it. */
  readonly command: string
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** What `--driver` may say. */
export type DriverChoice = Driver | 'auto'

/**
 * The driver to use.
 *
 * @param choice `auto`: the one that runs the platform here, else the one that last did, since it has the data, else
 *   Compose where it answers, else local. `running`: the one that runs the platform here, or has last run it, else local,
 *   which then says that nothing runs.
 * @throws Failure `other-driver` when the platform runs here by another driver than the one asked for; `no-docker`,
 *   `no-compose-file` when Compose was asked for and cannot be used.
 */
export async function choosePlatform(
  choice: DriverChoice | 'running',
  surroundings: Surroundings,
): Promise<Platform> {
  if (process.platform === 'win32') throw new Failure('windows', {})
  const local = localPlatform(surroundings)
  if (await local.isRunning()) return assertIsAsked(local, choice)
  const compose = await composePlatform(surroundings, choice)
  if (compose === undefined) return local
  if (await compose.isRunning()) return assertIsAsked(compose, choice)
  const last = readLastDriver(surroundings.home.state)
  const isLocal = choice === 'local' || (choice === 'auto' && last === 'local')
  const isCompose = choice === 'compose' || choice === 'auto' || last === 'compose'
  return !isLocal && isCompose ? compose : local
}

/** @throws Failure `other-driver`: the platform runs by one driver, and another one was asked for. */
function assertIsAsked(running: Platform, asked: DriverChoice | 'running'): Platform {
  if (asked === 'running' || asked === 'auto' || asked === running.driver) return running
  throw new Failure('other-driver', { running: running.driver, asked })
}

/** The driver that runs the platform, or has last run it, and the other one, if it can be used here. */
export async function findPlatforms(
  surroundings: Surroundings,
): Promise<{ current: Platform; other: Platform | undefined }> {
  const current = await choosePlatform('running', surroundings)
  const other =
    current.driver === 'local' ? await composePlatform(surroundings, 'auto') : localPlatform(surroundings)
  return { current, other }
}

function localPlatform({ home, env, command, onEvent, signal }: Surroundings): Platform {
  const programFolders = { packed: home.packedParts, clone: home.clone }
  return createLocalPlatform({
    home: home.state,
    cacheDir: home.cache,
    programFolders,
    env,
    command,
    onEvent,
    signal,
  })
}

/** The Compose driver, where it can be used. Its code is loaded, and Docker asked, only where there is a Docker to ask. */
async function composePlatform(
  { home, env, command, onEvent, signal }: Surroundings,
  choice: DriverChoice | 'running',
): Promise<Platform | undefined> {
  const isRequired = choice === 'compose'
  if (!existsSync(path.join(home.projectDir, 'docker-compose.yml'))) {
    if (isRequired) throw new Failure('no-compose-file', { folder: home.projectDir })
    return undefined
  }
  if (!isRequired && !isOnPath(env, 'docker')) return undefined
  const { composeProject, probeCompose } = await import('./compose/compose-cli.ts')
  const probe = await probeCompose(env, undefined, choice !== 'running')
  if ('reason' in probe) {
    if (isRequired) throw new Failure('no-docker', { reason: probe.reason })
    return undefined
  }
  const { createComposePlatform } = await import('./compose/compose-platform.ts')
  const project = composeProject(home, env)
  const composeCommand = probe.command
  return createComposePlatform({ composeCommand, project, home: home.state, env, command, onEvent, signal })
}
