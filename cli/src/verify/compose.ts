import path from 'node:path'
import type { Unstarted } from '@msctl/grader/run/grade-unstarted'
import { openComposeTarget } from '@msctl/grader/target/compose/open-target'
import type { ComposeFacts } from '@msctl/grader/target/compose-facts'
import type { Target } from '@msctl/grader/target/target'
import type { Context } from '../context.ts'

/** What the command line says of a Compose project. */
export interface ComposeOptions {
  readonly file: string
  /** Which service is which part: `users=NAME`. */
  readonly map: readonly string[]
  /** The folder of the submission. Default: that of the file. */
  readonly source: string | undefined
  /** The name of the project, for whoever has to clean up after us. */
  readonly project: string | undefined
  /** How long it may take to answer, in milliseconds. */
  readonly ready: number | undefined
}

/** A Compose project that was started, or could not be. */
export interface StartedCompose {
  readonly target: Target
  /** Why it cannot be asked anything. */
  readonly unstarted?: Unstarted
  close(): Promise<void>
}

/** Starts a Compose project to be graded. @throws Failure as {@link openComposeTarget} does. */
export async function startCompose(options: ComposeOptions, context: Context): Promise<StartedCompose> {
  const file = path.resolve(options.file)
  const root = options.source === undefined ? undefined : path.resolve(options.source)
  const isInside = root !== undefined && !path.relative(root, file).startsWith('..')
  const { facts, reach, close } = await openComposeTarget({
    file,
    root: isInside ? root : undefined,
    map: Object.fromEntries(options.map.map((each) => each.split('=', 2))),
    env: context.env,
    signal: context.signal,
    project: options.project,
    readyLimitMs: options.ready,
    onOutput: (line) => context.onEvent({ type: 'output', line }),
  })
  const shared = { kind: 'compose', isOurs: true, isDisposable: true, compose: facts } as const
  if (reach === undefined) {
    return { target: { ...shared, url: 'http://127.0.0.1:8000' }, unstarted: explain(facts), close }
  }
  const { url, redisUrl: redis, databaseUrls: databases, control } = reach
  return {
    target: { ...shared, url, databases, control, ...(redis !== undefined && { redis }) },
    close,
  }
}

function explain({ start, ready }: ComposeFacts): Unstarted {
  const why = start.exitCode === 0 ? ready.missing.join('; ') : start.output.slice(-3).join('\n')
  return {
    because: 'compose.ready',
    reason: {
      en: `The project did not start, so there was nothing to ask: ${why}`,
      ru: `Проект не запустился, и спрашивать было некого: ${why}`,
    },
    evidence: [],
  }
}
