import { existsSync } from 'node:fs'
import path from 'node:path'
import { createLastDriver } from '@msctl/platform/last-driver'
import { createLocalPlatform } from '@msctl/platform/local/local-platform'
import type { Driver, Platform } from '@msctl/platform/platform'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'

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
export async function choosePlatform(choice: DriverChoice | 'running', context: Context): Promise<Platform> {
  if (process.platform === 'win32') throw new Failure('windows', {})
  const local = localPlatform(context)
  if (await local.isRunning()) {
    if (choice === 'compose') throw new Failure('other-driver', { running: 'local', asked: choice })
    return local
  }
  const compose = await composePlatform(context, choice)
  if (compose === undefined || choice === 'compose') return compose ?? local
  const last = createLastDriver(context.home.state).read()
  if (choice === 'auto' && (last !== 'local' || (await compose.isRunning()))) return compose
  if (await compose.isRunning()) {
    if (choice === 'local') throw new Failure('other-driver', { running: 'compose', asked: choice })
    return compose
  }
  return choice === 'running' && last === 'compose' ? compose : local
}

/** The driver that runs the platform, or has last run it, and the other one, if it can be used here. */
export async function findPlatforms(
  context: Context,
): Promise<{ current: Platform; other: Platform | undefined }> {
  const current = await choosePlatform('running', context)
  const other = current.driver === 'local' ? await composePlatform(context, 'auto') : localPlatform(context)
  return { current, other }
}

function localPlatform({ home, env, command, onEvent, signal }: Context): Platform {
  const programFolders = { packed: home.packedParts, clone: home.clone }
  return createLocalPlatform({ home: home.state, programFolders, env, command, onEvent, signal })
}

/** The Compose driver, where it can be used. Its code, and Docker, are only asked where there is a Docker to ask. */
async function composePlatform(
  context: Context,
  choice: DriverChoice | 'running',
): Promise<Platform | undefined> {
  const isRequired = choice === 'compose'
  const { home, env, command, onEvent, signal } = context
  const folder = home.clone ?? process.cwd()
  if (!existsSync(path.join(folder, 'docker-compose.yml'))) {
    if (isRequired) throw new Failure('no-compose-file', { folder })
    return undefined
  }
  const hasDocker = (env.PATH ?? '')
    .split(path.delimiter)
    .some((each) => existsSync(path.join(each, 'docker')))
  if (!hasDocker && !isRequired) return undefined

  const { probeCompose } = await import('@msctl/platform/compose/compose-cli')
  const probe = await probeCompose(env, undefined, choice !== 'running')
  if ('reason' in probe) {
    if (isRequired) throw new Failure('no-docker', { reason: probe.reason })
    return undefined
  }
  const { createComposePlatform } = await import('@msctl/platform/compose/compose-platform')
  const { composeProject } = await import('@msctl/platform/compose/compose-project')
  const project = composeProject({ clone: folder, state: home.state, env })
  return createComposePlatform({
    composeCommand: probe.command,
    project,
    home: home.state,
    env,
    command,
    onEvent,
    signal,
  })
}
