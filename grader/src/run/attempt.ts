import { inLanguage, type Language } from '@msctl/scenarios'
import { createRecorder, type Recorder } from '../target/recorder.ts'
import type { Unstarted } from '../target/target.ts'
import { type Connection, type ConnectOptions, connect } from './connection.ts'
import type { GradingEvent } from './events.ts'
import { createJudge, type Judge } from './judge.ts'
import type { Advice, CheckResult, Report } from './report.ts'
import type { Rubric } from './rubric.ts'
import { INTERRUPTED, reasonOf, runExperiment } from './run-experiment.ts'
import { expectedTotal, runSchedule } from './schedule.ts'
import type { Selected } from './select-checks.ts'
import { type Session, startSession, unstartedSession } from './session.ts'

export interface AttemptOptions extends ConnectOptions {
  /** Why the target cannot be asked anything, if it was to be started and does not answer. */
  readonly unstarted?: Unstarted | undefined
  readonly selection: readonly Selected[]
  readonly rubric: Rubric
  readonly language: Language
  readonly attempt: number
  readonly attempts: number
  readonly onEvent: (event: GradingEvent) => void
}

/** What one run of everything came to. */
export interface Attempt {
  readonly checks: readonly CheckResult[]
  readonly advice: readonly Advice[]
  readonly timeline: Report['timeline']
  readonly reach: readonly string[]
  /** Whether the target was lost on the way. */
  readonly isLost: boolean
}

const DEFAULT_EXPERIMENT_MS = 3_000

/** Runs every experiment, and judges every check. @throws {TargetNotReady}; the signal's reason before the target answers. */
export async function runAttempt(options: AttemptOptions): Promise<Attempt> {
  const { target, unstarted, selection, rubric, language, onEvent } = options
  const checks = selection.flatMap((each) => each.checks)
  const judge = createJudge({ checks, rubric, language, url: target.url, onEvent })
  const recorder = createRecorder()
  const connection = unstarted === undefined ? await connect(options, recorder) : undefined
  try {
    onEvent({
      type: 'begin',
      ...{ url: target.url, checks: checks.length, attempt: options.attempt, attempts: options.attempts },
      expectedMs: unstarted === undefined ? expectedTotal(bookingsOf(options)) : 0,
    })
    const reach = await judgeAll(judge, { ...options, connection, recorder })
    await cleanUp(connection, options)
    const isLost = connection?.http.lost !== undefined
    return { ...judge.results(), timeline: [...recorder.timeline], reach, isLost }
  } finally {
    await connection?.close()
  }
}

interface Judging extends AttemptOptions {
  readonly connection: Connection | undefined
  readonly recorder: Recorder
}

/** Settles every check, whatever happens. @returns what of the target could be reached. */
async function judgeAll(judge: Judge, options: Judging): Promise<readonly string[]> {
  const { connection, signal } = options
  let session: Session | undefined
  try {
    session = await openSession(options)
    await runExperiments(session, judge, options)
  } catch (error) {
    judge.settleRest(
      signal.aborted ? INTERRUPTED : { by: 'nothing', status: 'error', reason: reasonOf(error) },
    )
  } finally {
    session?.close()
  }
  const lost = connection?.http.lost
  judge.settleRest(lost === undefined ? INTERRUPTED : { by: 'nothing', status: 'error', reason: lost.reason })
  return [...(session?.reach.has ?? ['http'])]
}

function openSession(options: Judging): Promise<Session> | Session {
  const { target, unstarted, connection } = options
  if (connection !== undefined) return startSession(connection, options)
  return unstartedSession(target, unstarted ?? { reason: '', evidence: [] })
}

async function runExperiments(session: Session, judge: Judge, options: Judging): Promise<void> {
  const { connection, recorder, language, resetSeconds, onEvent } = options
  const signal = connection?.signal ?? options.signal
  const isInterrupted = () => options.signal.aborted
  await runSchedule(bookingsOf(options), async ({ selected, expectedMs }) => {
    await runExperiment(selected, expectedMs, {
      ...{ session, judge, recorder, language, resetSeconds, signal, isInterrupted, onEvent },
    })
    const lost = session.lost()
    if (lost !== undefined) connection?.end(lost)
  })
}

/** The experiments, with what they must have for themselves and how long they should take. */
function bookingsOf({ selection, resetSeconds }: Pick<AttemptOptions, 'selection' | 'resetSeconds'>) {
  return selection.map((selected) => ({
    selected,
    uses: selected.experiment.uses,
    expectedMs: selected.experiment.expectedMs?.(resetSeconds) ?? DEFAULT_EXPERIMENT_MS,
  }))
}

/** Deletes what was created, where somebody will use the target again. */
async function cleanUp(
  connection: Connection | undefined,
  { language, onEvent }: Pick<AttemptOptions, 'language' | 'onEvent'>,
): Promise<void> {
  if (connection === undefined || connection.target.isDisposable === true) return
  if (connection.http.lost !== undefined) return
  const left = await connection.cleanUp()
  if (left !== undefined) onEvent({ type: 'note', text: inLanguage(left, language) })
}
