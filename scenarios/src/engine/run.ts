import { setTimeout as delay } from 'node:timers/promises'
import { type CleanUp, createLab } from './create-lab.ts'
import { INCONCLUSIVE, type Outcome, type Phase, type ScenarioEvent, type UnstampedEvent } from './events.ts'
import { type Finding, inLanguage, type Lab, LabError, type Language, type Text } from './lab.ts'
import type { Sheet, Step } from './sheet.ts'

/** How a sheet is run. */
export interface RunOptions<World> {
  readonly world: World | ((report: (event: UnstampedEvent) => void) => World)
  readonly language?: Language
  /** Takes the fast values of the parameters. */
  readonly fast?: boolean
  /** Parameters that are to be other than the sheet says. */
  readonly parameters?: Readonly<Record<string, number>>
  /** Ends the run early; what has to be put back is put back all the same. */
  readonly signal?: AbortSignal
  /** Called with every event, in order. */
  readonly onEvent: (event: ScenarioEvent) => void
  /** Awaited before each step, for those who want to look at one at a time. */
  readonly beforeStep?: ((title: string) => Promise<void>) | undefined
  /** Where in the file of the sheet an error happened, for sheets that are somebody's own. */
  readonly placeOf?: ((error: unknown) => string | undefined) | undefined
  /** Milliseconds since the epoch. Default: the time when the run began, and from there on a clock that nobody sets. */
  readonly now?: () => number
}

/** What came of a run. */
export interface RunResult {
  readonly outcome: Outcome
  /** How each expectation was settled; those that were not are missing. */
  readonly findings: Readonly<Record<string, Finding>>
  /** What else went wrong, in order. */
  readonly failures: readonly { readonly phase: Phase; readonly error: unknown }[]
}

/** How long a step that was told to end may take before the clean-up begins without it, in milliseconds. */
const GRACE_MS = 30_000
/** How long one clean-up may take, in milliseconds; a restart of everything in containers is the longest. */
const CLEAN_UP_MS = 180_000

/** A run under way. */
interface Run {
  readonly signal: AbortSignal
  readonly beforeStep: ((title: string) => Promise<void>) | undefined
  readonly failures: { phase: Phase; error: unknown }[]
  readonly placeOf: (error: unknown) => string | undefined
  readonly cleanUps: CleanUp[]
  readonly report: (event: UnstampedEvent) => void
  readonly words: (text: Text) => string
}

/**
 * Runs a sheet: its steady state, its steps, and, however these end, its clean-ups in reverse order. Prints nothing; whoever
 * wants to know listens to the events. Never rejects: what went wrong is in the result and in the events.
 */
export async function runSheet<World, State>(
  sheet: Sheet<World, State>,
  options: RunOptions<World>,
): Promise<RunResult> {
  const { language = 'en', beforeStep, now = startClock(), signal = new AbortController().signal } = options
  const { placeOf = () => undefined } = options
  const began = now()
  const words = (text: Text) => inLanguage(text, language)
  const report = (event: UnstampedEvent) => options.onEvent({ at: now(), scenario: sheet.name, ...event })
  const run: Run = { signal, beforeStep, placeOf, failures: [], cleanUps: [], report, words }
  const findings: Record<string, Finding> = {}
  const parameter = (name: string) => parameterOf(sheet, name, options)
  // What puts things back may have to wait, too, and an interrupt is no reason not to.
  const cleaningUp = new AbortController()
  let waitSignal = signal
  const leftOpen = new Set<string>()
  report(introduce(sheet, language, parameter))
  const lab = tryOr(
    () =>
      createLab({
        ...{ sheet, world: worldOf(options, report), signal, waitSignal: () => waitSignal },
        ...{ parameter, findings, leftOpen, cleanUps: run.cleanUps, report, words, now },
      }),
    (error) => fail('steady-state', sheet.title, error, run),
  )
  const isReady = lab !== undefined && (await runSteps('steady-state', sheet.steadyState, lab, run))
  if (isReady) await runSteps('steps', sheet.steps, lab, run)
  const wasInterrupted = signal.aborted
  waitSignal = cleaningUp.signal
  await runCleanUps(run)
  cleaningUp.abort() // a clean-up that was given up waits no longer

  const ids = Object.keys(sheet.expectations)
  const isRefuted = (id: string) => findings[id]?.held === false
  const notHeld = ids.filter(isRefuted)
  const open = ids.filter((id) => findings[id] === undefined || (leftOpen.has(id) && !isRefuted(id)))
  const { failures } = run
  const isTried = isReady || failures.some(({ error }) => isMistake(error))
  const seen = { wasInterrupted, isReady: isTried, failures, notHeld, open, leftOpen }
  const concluded =
    lab !== undefined && outcomeOf(seen) === 'held'
      ? tryOr(
          () => sheet.conclude?.(lab),
          (error) => fail('steps', sheet.title, error, run),
        )
      : undefined
  const held = ids.length - notHeld.length - open.length
  const conclusion = concluded === undefined ? {} : { conclusion: words(concluded) }
  const outcome = outcomeOf(seen)
  report({ type: 'end', outcome, tookMs: now() - began, held, notHeld, open, ...conclusion })
  return { outcome, findings, failures }
}

/** A wall clock that is set meanwhile moves neither deadlines nor durations. */
function startClock(): () => number {
  const offset = Date.now() - performance.now()
  return () => Math.round(offset + performance.now())
}

function worldOf<World>({ world }: RunOptions<World>, report: (event: UnstampedEvent) => void): World {
  return typeof world === 'function' ? (world as (of: typeof report) => World)(report) : world
}

function parameterOf(
  { name: sheet, parameters = {} }: Pick<Sheet<never>, 'name' | 'parameters'>,
  name: string,
  { parameters: given = {}, fast = false }: Pick<RunOptions<never>, 'parameters' | 'fast'>,
): number {
  const found = parameters[name]
  if (found === undefined) throw new LabError('sheet', `The sheet ${sheet} has no parameter ${name}.`)
  return given[name] ?? (fast ? found.fast : undefined) ?? found.value
}

/** What is going to be done, and why. */
function introduce<World, State>(
  { title, question, idea, parameters = {}, steps, expectations }: Sheet<World, State>,
  language: Language,
  parameter: (name: string) => number,
): UnstampedEvent {
  const words = (text: Text) => inLanguage(text, language)
  return {
    type: 'begin',
    ...{ title: words(title), question: words(question), idea: words(idea), language },
    parameters: Object.entries(parameters).map(([name, { reason }]) => ({
      name,
      value: parameter(name),
      reason: words(reason),
    })),
    steps: steps.map((step) => words(step.title)),
    expectations: Object.entries(expectations).map(([id, each]) => ({ id, title: words(each.title) })),
  }
}

/** @returns whether all went well. */
async function runSteps<World, State>(
  phase: Phase,
  steps: readonly Step<World, State>[],
  lab: Lab<World, State>,
  run: Run,
): Promise<boolean> {
  const { signal, beforeStep, report, words } = run
  if (steps.length > 0) report({ type: 'phase', phase })
  for (const [index, step] of steps.entries()) {
    const title = words(step.title)
    try {
      if (phase === 'steps') await untilAborted(signal, beforeStep?.(title) ?? Promise.resolve())
      signal.throwIfAborted()
      report({ type: 'step', phase, index: index + 1, of: steps.length, title })
      await untilAborted(signal, step.run(lab), GRACE_MS)
      signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) fail(phase, step.title, error, run)
      return false
    }
  }
  return true
}

async function runCleanUps(run: Run): Promise<void> {
  const { cleanUps, report, words } = run
  if (cleanUps.length > 0) report({ type: 'phase', phase: 'clean-up' })
  const of = cleanUps.length
  // A clean-up may note another one.
  for (let index = 1, next = cleanUps.pop(); next !== undefined; index++, next = cleanUps.pop()) {
    const title = words(next.title)
    report({ type: 'step', phase: 'clean-up', index, of: Math.max(of, index), title })
    try {
      await withDeadline(next.work(), CLEAN_UP_MS, title)
    } catch (error) {
      fail('clean-up', next.title, error, run)
    }
  }
}

/** @param onError Told of what `work` throws. @returns what it gives, or nothing then. */
function tryOr<T>(work: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    return work()
  } catch (error) {
    onError(error)
    return undefined
  }
}

function fail(phase: Phase, step: Text, error: unknown, { failures, placeOf, report, words }: Run): void {
  failures.push({ phase, error })
  const place = placeOf(error)
  report({
    ...{ type: 'failure', phase, step: words(step), code: codeOf(error), message: messageOf(error) },
    ...(place !== undefined && { place }),
  })
}

/** Whether the sheet itself is wrong, and not the platform. */
const isMistake = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || codeOf(error) === 'sheet'

function outcomeOf(seen: {
  wasInterrupted: boolean
  isReady: boolean
  failures: RunResult['failures']
  notHeld: readonly string[]
  open: readonly string[]
  leftOpen: ReadonlySet<string>
}): Outcome {
  if (seen.wasInterrupted) return 'interrupted'
  if (!seen.isReady) return 'not-ready'
  if (seen.notHeld.length > 0) return 'not-held'
  const { failures, open, leftOpen } = seen
  if (failures.length === 0 && open.length === 0) return 'held'
  const isNoMistake = failures.every(
    ({ phase, error }) => phase === 'steps' && INCONCLUSIVE.has(codeOf(error)),
  )
  const isExplained = failures.length > 0 || open.every((id) => leftOpen.has(id))
  return isNoMistake && isExplained ? 'inconclusive' : 'failed'
}

/** Settles with the work; after an abort, at the latest when the grace is over. */
async function untilAborted(signal: AbortSignal, work: Promise<void>, graceMs = 0): Promise<void> {
  const ended = new AbortController()
  const given = new Promise<void>((resolve) => {
    const begin = () =>
      void delay(graceMs, undefined, { signal: ended.signal }).then(resolve, () => undefined)
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true, signal: ended.signal })
  })
  try {
    await Promise.race([work, given])
  } finally {
    ended.abort()
  }
}

async function withDeadline(work: Promise<unknown>, ms: number, what: string): Promise<void> {
  const ended = new AbortController()
  const late = delay(ms, undefined, { signal: ended.signal }).then(
    () => {
      throw new LabError('deadline', `Not done within ${ms / 1000} s: ${what}`)
    },
    () => undefined,
  )
  try {
    await Promise.race([work, late])
  } finally {
    ended.abort()
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'unexpected'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
