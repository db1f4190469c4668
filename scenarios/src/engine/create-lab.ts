import { setTimeout as delay } from 'node:timers/promises'
import type { UnstampedEvent } from './events.ts'
import { type Finding, type Lab, LabError, type Text, type Wait } from './lab.ts'
import type { Expectation, Sheet } from './sheet.ts'

/** What has to be put back. */
export interface CleanUp {
  readonly title: Text
  readonly work: () => Promise<unknown>
}

/** What a lab is given by the run that it belongs to, and what it tells that run. */
export interface LabOptions<World, State> {
  readonly sheet: Sheet<World, State>
  readonly world: World
  readonly signal: AbortSignal
  /** Ends waiting: while things are put back, not what ends the run. */
  readonly waitSignal: () => AbortSignal
  readonly parameter: (name: string) => number
  /** How each expectation is settled. */
  readonly findings: Record<string, Finding>
  /** What could not be shown. */
  readonly leftOpen: Set<string>
  /** The last is done first. */
  readonly cleanUps: CleanUp[]
  readonly report: (event: UnstampedEvent) => void
  readonly words: (text: Text) => string
  readonly now: () => number
}

const DEFAULT_POLL_MS = 100
const DEFAULT_EFFECT_MS = 30_000

/** Makes what the steps of a run work with. */
export function createLab<World, State>(options: LabOptions<World, State>): Lab<World, State> {
  const { sheet, world, signal, parameter, findings, leftOpen, cleanUps, report, words, now } = options
  const measurements: Record<string, number> = {}

  const lab: Lab<World, State> = {
    ...{ world, state: sheet.state(), signal, parameter, measurements, words, report },
    say: (text) => report({ type: 'said', text: words(text) }),
    expect(id, finding) {
      const expectation = declared(sheet, id)
      // The first that does not hold stays.
      if (findings[id]?.held !== false) findings[id] = finding
      const [title, why] = [words(expectation.title), words(expectation.why)]
      const { held } = finding
      const [expected, actual] = [words(finding.expected), words(finding.actual)]
      report({ type: 'expectation', id, title, held, expected, actual, why })
    },
    leaveOpen(id, reason) {
      const title = words(declared(sheet, id).title)
      leftOpen.add(id)
      report({ type: 'left-open', id, title, reason: words(reason) })
    },
    require({ held, expected, actual }) {
      if (!held) throw new LabError('not-ready', `${words(expected)} ${words(actual)}`)
    },
    measure(name, label, value, unit) {
      measurements[name] = value
      report({ type: 'measured', name, label: words(label), value, unit })
    },
    async waitFor(what, look, wait) {
      const found = await lab.lookFor(what, look, wait)
      if (found !== undefined) return found
      throw new LabError('deadline', `Not seen within ${wait.withinMs / 1000} s: ${words(what)}`)
    },
    lookFor: (what, look, wait) => lookUntil(words(what), look, wait, options),
    cleanUp: (title, work) => cleanUps.push({ title, work }),
    async inject({ title, undo = title, apply, isEffective, heal, withinMs = DEFAULT_EFFECT_MS }) {
      const action = words(title)
      const asked = now()
      // Noted before it is tried: what fails half-way has to be undone, too.
      lab.cleanUp(undo, async () => {
        await heal()
        report({ type: 'fault', action, state: 'healed' })
      })
      report({ type: 'fault', action, state: 'asked' })
      await apply()
      const isSeen = async () => ((await isEffective()) ? true : undefined)
      if ((await lab.lookFor(title, isSeen, { withinMs })) === undefined)
        throw new LabError('fault-without-effect', `No effect within ${withinMs / 1000} s: ${action}`)
      report({ type: 'fault', action, state: 'verified', tookMs: now() - asked })
    },
  }
  return lab
}

function declared(sheet: Pick<Sheet<never>, 'name' | 'expectations'>, id: string): Expectation {
  const found = sheet.expectations[id]
  if (found !== undefined) return found
  throw new LabError('sheet', `The sheet ${sheet.name} declares no expectation ${id}.`)
}

/** Looks again and again, and tells of the wait. @returns what was seen, or `undefined` when there was nothing in time. */
async function lookUntil<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { withinMs, everyMs = DEFAULT_POLL_MS, expectedInMs }: Wait,
  { report, waitSignal, now }: Pick<LabOptions<unknown, unknown>, 'report' | 'waitSignal' | 'now'>,
): Promise<T | undefined> {
  const start = now()
  const expectedAt = expectedInMs === undefined ? {} : { expectedAt: start + expectedInMs }
  report({ type: 'waiting', for: what, deadlineAt: start + withinMs, ...expectedAt })
  for (;;) {
    waitSignal().throwIfAborted()
    const found = await look()
    const tookMs = now() - start
    if (found !== undefined || tookMs >= withinMs) {
      report({ type: 'waited', for: what, tookMs, cameTrue: found !== undefined })
      return found
    }
    await delay(Math.min(everyMs, withinMs - tookMs), undefined, { signal: waitSignal() })
  }
}
