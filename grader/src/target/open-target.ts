import path from 'node:path'
import { choosePlatform, type Surroundings } from '@msctl/platform/choose-platform'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Roles } from './compose/recognise.ts'
import { controlProgram } from './control-program.ts'
import { platformTarget, startThrowAway } from './own-platform.ts'
import type { OpenTarget, Target } from './target.ts'

/** What is said of what is to be graded. */
export interface TargetRequest {
  /** The gateway of something that runs already. */
  readonly url?: string | undefined
  /** A control program. */
  readonly control?: string | undefined
  readonly redis?: string | undefined
  readonly databases?: Readonly<Partial<Record<ServiceName, string>>> | undefined
  /** The folder of the sources. */
  readonly source?: string | undefined
  /** A Compose file that is to be started. */
  readonly compose?: string | undefined
  /** Which service of it is which part, where that cannot be seen. */
  readonly map?: Roles | undefined
  /** The name of its Compose project, for whoever has to clean up after us. */
  readonly project?: string | undefined
  /** How long it may take to answer, in milliseconds. */
  readonly readyLimitMs?: number | undefined
  /** A submission's name, for its report. */
  readonly name?: string | undefined
  /** How long the circuits of a platform that is started for it stay open. */
  readonly resetSeconds: number
}

/**
 * Opens what is to be graded: a Compose project, what is named, else the platform that runs here, else one that is started for it.
 *
 * @throws Failure of the drivers and of {@link openComposeTarget}.
 */
export async function openTarget(request: TargetRequest, surroundings: Surroundings): Promise<OpenTarget> {
  const opened = await open(request, surroundings)
  return { ...opened, target: { ...opened.target, ...namedBeside(request, surroundings.env) } }
}

async function open(request: TargetRequest, surroundings: Surroundings): Promise<OpenTarget> {
  const { url, compose, source, resetSeconds } = request
  const { env, signal, onEvent } = surroundings
  if (compose !== undefined) {
    const { openComposeTarget } = await import('./compose/open-target.ts')
    return openComposeTarget({
      ...{ ...request, env, signal, file: compose },
      ...(source !== undefined && holds(source, compose) && { root: path.resolve(source) }),
      onOutput: (line) => onEvent({ type: 'output', line }),
    })
  }
  const close = async () => undefined
  if (url !== undefined) return { target: { kind: 'url', url: url.replace(/\/+$/, '') }, close }
  // Not ended with the run: what was stopped has to be started again, whatever comes.
  const running = await choosePlatform('running', {
    ...surroundings,
    signal: undefined,
    onEvent: () => undefined,
  })
  if (await running.isRunning()) return { target: await platformTarget(running, 'running'), close }
  return startThrowAway(surroundings, resetSeconds)
}

/** Whether a file lies in a folder. */
function holds(folder: string, file: string): boolean {
  return !path.relative(path.resolve(folder), path.resolve(file)).startsWith('..')
}

/** What was named beside the gateway. */
function namedBeside(
  { control, redis, databases = {}, source, name }: TargetRequest,
  env: NodeJS.ProcessEnv,
): Partial<Target> {
  return {
    ...(control !== undefined && { control: controlProgram({ program: path.resolve(control), env }) }),
    ...(redis !== undefined && { redis }),
    ...(Object.keys(databases).length > 0 && { databases }),
    ...(name !== undefined && { name }),
    ...(source !== undefined && { source: path.resolve(source) }),
  }
}
