import type { runSheet, Text } from '@msctl/scenarios'
import type { CheckFinding, Request } from './grader.ts'
import { STALL_MS, type StallDetector } from './stall-detector.ts'

type Outcome = Awaited<ReturnType<typeof runSheet>>

export interface Run {
  readonly outcome: Outcome
  /** Whether a service was unavailable to any of its requests, though nobody had stopped it. */
  readonly sawOutage: boolean
}

export interface TryOptions {
  /** The checks that are to be judged. */
  readonly ids: readonly string[]
  /** Whether unavailable services are what it is about. */
  readonly isAboutOutages: boolean
  /** Whether none of its services runs at all, which no machine is to blame for. Default: false. */
  readonly isWithoutServices?: boolean
  readonly signal: AbortSignal
  readonly stalls: Pick<StallDetector, 'stalledMs'>
  readonly run: (because: Trouble | undefined) => Promise<Run>
  /** Waits until the services answer; false when one never does, as with a circuit that stays open for ever. */
  readonly areBack: () => Promise<boolean>
  /** How long an ordinary request takes at its slowest now, in milliseconds. */
  readonly paceMs: () => Promise<number>
}

/** Why what has failed is tried again. */
export type Trouble = 'outage' | 'stall'

export interface Tried {
  readonly outcome: Outcome
  /** Why a failure of a check means nothing, if that is so. */
  readonly excuse: (id: string) => Text | undefined
}

/** How often it is run while it fails and something stalled or was unavailable. */
const TRIES = 3
/** What fails at each try, the last of which stalled for no more than this share of its time, fails by itself. */
const STALLED_SHARE = 0.1

/** Runs an experiment, and again when it failed while the machine was too busy. An implementation that is wrong fails again. */
export async function tryExperiment(options: TryOptions): Promise<Tried> {
  const { ids, signal, stalls, run, areBack, paceMs } = options
  const heldBefore = new Set<string>()
  let trouble: Trouble | undefined
  for (let tries = 1; ; tries++) {
    const began = performance.now()
    const { outcome, sawOutage } = await run(trouble)
    const ended = performance.now()
    const stalledMs = stalls.stalledMs(began, ended)
    const isOutage = !options.isAboutOutages && (sawOutage || showsOutage(outcome.findings))
    trouble = stalledMs > 0 ? 'stall' : isOutage ? 'outage' : undefined
    const held = ids.filter((id) => outcome.findings[id]?.held === true)
    const isSettled =
      trouble === undefined || held.length === ids.length || options.isWithoutServices === true
    if (isSettled || signal.aborted) return { outcome, excuse: () => undefined }
    // A service that is unavailable may stay so, and is then seen to be.
    if (tries < TRIES && ((await areBack()) || trouble === 'outage')) {
      for (const id of held) heldBefore.add(id)
      continue
    }
    const excuse =
      stalledMs > STALLED_SHARE * (ended - began)
        ? STALLED
        : isOutage && (await paceMs()) > STALL_MS
          ? TOO_SLOW
          : undefined
    const otherwise = stalledMs > 0 ? STALLED : NOW_AND_THEN
    return { outcome, excuse: (id) => excuse ?? (heldBefore.has(id) ? otherwise : undefined) }
  }
}

const SECONDS = STALL_MS / 1000

const TOO_SLOW: Text = {
  en: `A service was unavailable, and ordinary requests take more than ${SECONDS} s: this machine is too busy for a failure to mean anything.`,
  ru: `Сервис был недоступен, а обычные запросы идут дольше ${SECONDS} с: машина слишком загружена, чтобы неудача что-то значила.`,
}

const STALLED: Text = {
  en: `Redis, a database or the grading itself stood still for more than ${SECONDS} s at each try: this machine is too busy for a failure to mean anything.`,
  ru: `Redis, база данных или сама проверка при каждой попытке замирали дольше чем на ${SECONDS} с: машина слишком загружена, чтобы неудача что-то значила.`,
}

const NOW_AND_THEN: Text = {
  en: 'It passed at one try and failed at the next, while a service was unavailable at times.',
  ru: 'При одной попытке проверка прошла, при следующей — нет, а сервис временами был недоступен.',
}

/** What a gateway answers for a service that is unavailable, or too slow; or nothing at all. */
const OUTAGES: readonly (number | null)[] = [null, 502, 503, 504]

/** The same requests, and whether one of them found a service unavailable. */
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

/** Whether something failed and a service was unavailable when it did. */
function showsOutage(findings: Readonly<Record<string, CheckFinding>>): boolean {
  return Object.values(findings).some(
    ({ held, evidence = [] }) =>
      !held && evidence.some((each) => each.type === 'exchange' && OUTAGES.includes(each.status)),
  )
}
