import type { runSheet, Text } from '@msctl/scenarios'
import type { CheckFinding, Request } from './grader.ts'
import { TOO_SLOW_MS, type VitalSigns } from './vital-signs.ts'

type Outcome = Awaited<ReturnType<typeof runSheet>>

export interface Run {
  readonly outcome: Outcome
  /** Whether a service was out of reach for any of its requests, though nobody had ended it. */
  readonly sawOutage: boolean
}

export interface TryOptions {
  /** The checks that are to be judged. */
  readonly ids: readonly string[]
  /** Whether services out of reach are what it is about. */
  readonly isAboutOutages: boolean
  readonly signal: AbortSignal
  readonly vitalSigns: VitalSigns
  readonly run: (because: Trouble | undefined) => Promise<Run>
  /** Waits until the services answer; false when one never does, as with a circuit that stays open for ever. */
  readonly areBack: () => Promise<boolean>
  /** How long an ordinary request takes at its slowest now, in milliseconds. */
  readonly paceMs: () => Promise<number>
}

/** Why what has failed is not held against anybody at once. */
export type Trouble = 'out-of-reach' | 'held-up'

export interface Tried {
  readonly outcome: Outcome
  /** Why a check that failed may have failed for want of time alone. */
  readonly excuse: (id: string) => Text | undefined
}

/** How often it is run when something was held up, or out of reach, and it failed. */
const TRIES = 3
/** Who fails at each try, and was held up for no more than this share of the last one, fails by itself. */
const HELD_UP_SHARE = 0.1

/** Runs an experiment, and once more when it failed while the machine had too much to do. One that cannot do it fails again. */
export async function tryExperiment(options: TryOptions): Promise<Tried> {
  const { ids, signal, vitalSigns, run, areBack, paceMs } = options
  const heldBefore = new Set<string>()
  let trouble: Trouble | undefined
  for (let tries = 1; ; tries++) {
    const began = performance.now()
    const { outcome, sawOutage } = await run(trouble)
    const ended = performance.now()
    const heldUpMs = vitalSigns.heldUpMs(began, ended)
    const isAway = !options.isAboutOutages && (sawOutage || showsOutage(outcome.findings))
    trouble = heldUpMs > 0 ? 'held-up' : isAway ? 'out-of-reach' : undefined
    const held = ids.filter((id) => outcome.findings[id]?.held === true)
    if (trouble === undefined || held.length === ids.length || signal.aborted)
      return { outcome, excuse: () => undefined }
    // One that is out of reach may stay so, and is then seen to be.
    if (tries < TRIES && ((await areBack()) || trouble === 'out-of-reach')) {
      for (const id of held) heldBefore.add(id)
      continue
    }
    const excuse =
      heldUpMs > HELD_UP_SHARE * (ended - began)
        ? HELD_UP
        : isAway && (await paceMs()) > TOO_SLOW_MS
          ? TOO_SLOW
          : undefined
    const otherwise = heldUpMs > 0 ? HELD_UP : NOW_AND_THEN
    return { outcome, excuse: (id) => excuse ?? (heldBefore.has(id) ? otherwise : undefined) }
  }
}

const SECONDS = TOO_SLOW_MS / 1000

const TOO_SLOW: Text = {
  en: `A service was out of reach, and ordinary requests take more than ${SECONDS} s: this machine has too much to do for anything to be held against it.`,
  ru: `Сервис был недоступен, а обычные запросы идут дольше ${SECONDS} с: машина слишком загружена, чтобы ставить это в вину.`,
}

const HELD_UP: Text = {
  en: `Redis, a database or the grading itself was held up for more than ${SECONDS} s at each try: this machine has too much to do for a failure to mean anything.`,
  ru: `Redis, база данных или сама проверка при каждой попытке замирали дольше чем на ${SECONDS} с: машина слишком загружена, чтобы неудача что-то значила.`,
}

const NOW_AND_THEN: Text = {
  en: 'It was as it should be at one try and not at the next, while a service was out of reach at times.',
  ru: 'При одной попытке всё было как надо, при следующей — нет, а сервис временами был недоступен.',
}

/** What a gateway answers for a service that is out of reach, or too slow; or nothing at all. */
const OUTAGES: readonly (number | null)[] = [null, 502, 503, 504]

/** The same requests, and whether one of them found a service out of reach. */
export function noticeOutages(request: Request): {
  readonly request: Request
  readonly sawOutage: () => boolean
} {
  let seen = false
  return {
    request: async (...asked) => {
      const answer = await request(...asked)
      seen ||= OUTAGES.includes(answer.status)
      return answer
    },
    sawOutage: () => seen,
  }
}

/** Whether something failed and a service was out of reach when it did. */
function showsOutage(findings: Readonly<Record<string, CheckFinding>>): boolean {
  return Object.values(findings).some(
    ({ held, evidence = [] }) =>
      !held && evidence.some((each) => each.type === 'exchange' && OUTAGES.includes(each.status)),
  )
}
