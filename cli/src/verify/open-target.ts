import path from 'node:path'
import type { Unstarted } from '@msctl/grader/run/grade-unstarted'
import { controlProgram } from '@msctl/grader/target/control-program'
import type { Target } from '@msctl/grader/target/target'
import type { Context } from '../context.ts'
import { platformTarget } from './platform-target.ts'

/** What the command line says of what is to be graded. */
export interface TargetOptions {
  readonly control?: string | undefined
  readonly redis?: string | undefined
  /** `users=postgres://…` */
  readonly db?: readonly string[] | undefined
  readonly source?: string | undefined
  /** A Compose file, which services of it are which parts (`users=NAME`), and how its project is to be called. */
  readonly compose?: string | undefined
  readonly map?: readonly string[] | undefined
  readonly project?: string | undefined
  /** How long it may take to answer, in milliseconds. */
  readonly ready?: number | undefined
  /** A submission's name, for its report. */
  readonly name?: string | undefined
  readonly resetSeconds: number
}

/** Something to be graded, and how to leave it. */
export interface OpenTarget {
  readonly target: Target
  /** It was to be started, and does not answer. */
  readonly unstarted?: Unstarted
  close(): Promise<void>
}

const NOTHING = async () => undefined

/** What is to be graded: a Compose project, what is named, else the platform that runs here, else one that is started for it. */
export async function openTarget(options: TargetOptions, context: Context): Promise<OpenTarget> {
  const { compose, map = [], project, source, ready } = options
  if (compose !== undefined) {
    const { startCompose } = await import('./compose.ts')
    const started = await startCompose({ file: compose, map, project, source, ready }, context)
    return { ...started, target: { ...started.target, ...given(options, context) } }
  }
  const opened = context.url === undefined ? await openOwn(options, context) : await openNamed(context.url)
  return { ...opened, target: { ...opened.target, ...given(options, context) } }
}

async function openNamed(url: string): Promise<OpenTarget> {
  return { target: { kind: 'url', url: url.replace(/\/+$/, '') }, close: NOTHING }
}

async function openOwn({ resetSeconds }: TargetOptions, context: Context): Promise<OpenTarget> {
  const { choosePlatform } = await context.loadDrivers()
  // Not ended with the run: what was stopped has to be started again, whatever comes.
  const calm: Context = { ...context, signal: new AbortController().signal, onEvent: () => undefined }
  const running = await choosePlatform('running', calm)
  if (await running.isRunning()) return { target: await platformTarget(running, 'running'), close: NOTHING }
  const { startThrowAway } = await import('./throw-away.ts')
  return startThrowAway(context, resetSeconds)
}

/** What was named beside the gateway. */
function given({ control, redis, db = [], source, name }: TargetOptions, { env }: Context): Partial<Target> {
  const databases = Object.fromEntries(db.map((each) => each.split(/=(.*)/s).slice(0, 2)))
  return {
    ...(control !== undefined && { control: controlProgram({ program: path.resolve(control), env }) }),
    ...(redis !== undefined && { redis }),
    ...(db.length > 0 && { databases }),
    ...(name !== undefined && { name }),
    ...(source !== undefined && { source: path.resolve(source) }),
  }
}
