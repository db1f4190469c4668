import { setTimeout as delay } from 'node:timers/promises'
import type { Happening, Outcome, Phase, ScenarioEvent } from './events.ts'
import { LabError } from './failure.ts'
import type { Fault, Finding, Lab, Wait } from './lab.ts'
import type { Sheet, Step } from './sheet.ts'
import { inLanguage, type Language, type Text } from './text.ts'

/** How a sheet is run. */
export interface RunOptions<World> {
  readonly world: World | ((report: (happening: Happening) => void) => World)
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
  readonly beforeStep?: (title: string) => Promise<void>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** What came of a run. */
export interface RunResult {
  readonly outcome: Outcome
  /** How each expectation was settled; those not come to are missing. */
  readonly findings: Readonly<Record<string, Finding>>
  /** What else went wrong, in order. */
  readonly failures: readonly { readonly phase: Phase; readonly error: unknown }[]
}

const DEFAULT_POLL_MS = 100
const DEFAULT_EFFECT_MS = 30_000
/** How long a step that was told to end may take before the clean-up begins without it, in milliseconds. */
const GRACE_MS = 30_000
/** How long one clean-up may take, in milliseconds; a restart of everything in containers is the longest. */
const CLEAN_UP_MS = 180_000

/**
 * Runs a sheet: its steady state, its steps, and, however these end, its clean-ups in reverse order. Prints nothing; whoever
 * wants to know listens to the events. Never rejects: what went wrong is in the result and in the events.
 */
export async function runSheet<World, State>(
  sheet: Sheet<World, State>,
  options: RunOptions<World>,
): Promise<RunResult> {
  const { language = 'en', fast = false, onEvent, beforeStep, now = Date.now } = options
  const signal = options.signal ?? new AbortController().signal
  const words = (text: Text) => inLanguage(text, language)
  const report = (happening: Happening) => onEvent({ at: now(), scenario: sheet.name, ...happening })
  const world =
    typeof options.world === 'function'
      ? (options.world as (report: (happening: Happening) => void) => World)(report)
      : options.world

  const began = now()
  const findings: Record<string, Finding> = {}
  const measurements: Record<string, number> = {}
  const failures: { phase: Phase; error: unknown }[] = []
  const cleanUps: { title: Text; work: () => Promise<unknown> }[] = []
  // What puts things back may have to wait, too, and an interrupt is no reason not to.
  const cleaningUp = new AbortController()
  let waitSignal = signal

  const parameter = (name: string): number => {
    const found = sheet.parameters?.[name]
    if (found === undefined) throw new LabError('sheet', `The sheet ${sheet.name} has no parameter ${name}.`)
    return options.parameters?.[name] ?? (fast ? found.fast : undefined) ?? found.value
  }

  async function look<T>(
    what: Text,
    probe: () => Promise<T | undefined>,
    wait: Wait,
  ): Promise<T | undefined> {
    const start = now()
    const { withinMs, everyMs = DEFAULT_POLL_MS, expectedInMs } = wait
    report({
      type: 'waiting',
      for: words(what),
      deadlineAt: start + withinMs,
      ...(expectedInMs === undefined ? {} : { expectedAt: start + expectedInMs }),
    })
    for (;;) {
      waitSignal.throwIfAborted()
      const found = await probe()
      const tookMs = now() - start
      if (found !== undefined || tookMs >= withinMs) {
        report({ type: 'waited', for: words(what), tookMs, cameTrue: found !== undefined })
        return found
      }
      await delay(Math.min(everyMs, withinMs - tookMs), undefined, { signal: waitSignal })
    }
  }

  const lab: Lab<World, State> = {
    world,
    state: sheet.state(),
    signal,
    parameter,
    measurements,
    words,
    report,
    say: (text) => report({ type: 'said', text: words(text) }),
    expect(id, finding) {
      const expectation = sheet.expectations[id]
      if (expectation === undefined)
        throw new LabError('sheet', `The sheet ${sheet.name} declares no expectation ${id}.`)
      // The first that does not hold stays.
      if (findings[id]?.held !== false) findings[id] = finding
      const { title, why } = expectation
      report({
        type: 'expectation',
        id,
        title: words(title),
        held: finding.held,
        expected: words(finding.expected),
        actual: words(finding.actual),
        why: words(why),
      })
    },
    require({ held, expected, actual }) {
      if (!held) throw new LabError('not-ready', `${words(expected)} ${words(actual)}`)
    },
    measure(name, label, value, unit) {
      measurements[name] = value
      report({ type: 'measured', name, label: words(label), value, unit })
    },
    async waitFor(what, probe, wait) {
      const found = await look(what, probe, wait)
      if (found !== undefined) return found
      throw new LabError('deadline', `Waited ${wait.withinMs / 1000} s in vain: ${words(what)}`)
    },
    cleanUp: (title, work) => cleanUps.push({ title, work }),
    async inject(fault: Fault) {
      const action = words(fault.title)
      const asked = now()
      // Noted before it is tried: what fails half-way has to be undone, too.
      cleanUps.push({
        title: fault.undo ?? fault.title,
        work: async () => {
          await fault.heal()
          report({ type: 'fault', action, state: 'healed' })
        },
      })
      report({ type: 'fault', action, state: 'asked' })
      await fault.apply()
      const isSeen = async () => ((await fault.isEffective()) ? true : undefined)
      const withinMs = fault.withinMs ?? DEFAULT_EFFECT_MS
      if ((await look(fault.title, isSeen, { withinMs })) === undefined)
        throw new LabError('fault-without-effect', `No effect within ${withinMs / 1000} s: ${action}`)
      report({ type: 'fault', action, state: 'verified', tookMs: now() - asked })
    },
  }

  const fail = (phase: Phase, step: Text, error: unknown) => {
    failures.push({ phase, error })
    report({ type: 'failure', phase, step: words(step), code: codeOf(error), message: messageOf(error) })
  }

  /** @returns whether all went well. */
  async function runSteps(phase: Phase, steps: readonly Step<World, State>[]): Promise<boolean> {
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
        if (!signal.aborted) fail(phase, step.title, error)
        return false
      }
    }
    return true
  }

  async function runCleanUps(): Promise<void> {
    waitSignal = cleaningUp.signal
    if (cleanUps.length > 0) report({ type: 'phase', phase: 'clean-up' })
    const of = cleanUps.length
    // A clean-up may note another one.
    for (let index = 1, next = cleanUps.pop(); next !== undefined; index++, next = cleanUps.pop()) {
      const { title, work } = next
      report({ type: 'step', phase: 'clean-up', index, of: Math.max(of, index), title: words(title) })
      try {
        await withDeadline(work(), CLEAN_UP_MS, words(title))
      } catch (error) {
        fail('clean-up', title, error)
      }
    }
  }

  report({
    type: 'begin',
    title: words(sheet.title),
    question: words(sheet.question),
    idea: words(sheet.idea),
    language,
    parameters: Object.entries(sheet.parameters ?? {}).map(([name, { reason }]) => ({
      name,
      value: parameter(name),
      reason: words(reason),
    })),
    steps: sheet.steps.map(({ title }) => words(title)),
    expectations: Object.entries(sheet.expectations).map(([id, { title }]) => ({ id, title: words(title) })),
  })
  const isReady = await runSteps('steady-state', sheet.steadyState)
  if (isReady) await runSteps('steps', sheet.steps)
  const wasInterrupted = signal.aborted
  await runCleanUps()
  cleaningUp.abort() // a clean-up that was given up waits no longer

  const ids = Object.keys(sheet.expectations)
  const notHeld = ids.filter((id) => findings[id]?.held === false)
  const open = ids.filter((id) => findings[id] === undefined)
  const outcome = ((): Outcome => {
    if (wasInterrupted) return 'interrupted'
    if (!isReady) return 'not-ready'
    if (notHeld.length > 0) return 'not-held'
    return failures.length > 0 || open.length > 0 ? 'failed' : 'held'
  })()
  report({
    type: 'end',
    outcome,
    tookMs: now() - began,
    held: ids.length - notHeld.length - open.length,
    notHeld,
    open,
    ...(outcome === 'held' && sheet.conclude !== undefined ? { conclusion: words(sheet.conclude(lab)) } : {}),
  })
  return { outcome, findings, failures }
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
