import { setTimeout as delay } from 'node:timers/promises'
import type { Text } from '@msctl/scenarios'
import { type Answer, GradingError } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import type { ServiceControl } from '../service-control.ts'
import { type Probe, type Visit, visitServed, visitStarted } from '../visits.ts'
import { type Burst, sendBursts } from './one-trial.ts'
import { type BreakerLab, failFiveTimes, type Opening, visitStopped } from './opens-at-fifth.ts'
import { findPosted, type Refusals, refusalMs } from './refuses-when-open.ts'
import { readCircuit, type ShownCircuit } from './shown-circuit.ts'

/**
 * When what is done, in resets since the fifth failure, or since the failed trial. The first look is late enough for a reset of two
 * thirds to be over, and the trial late enough for one that is a little slow to be due. Nothing may get through before `EARLY`, so that
 * also a reset of twice the time, which would be over just before that, is told from the right one.
 */
const IN_BETWEEN = 0.4
const FIRST_LOOK = 0.85
export const TRIAL = 1.07
/** A first look that was answered no later than this was none. */
const ON_TIME = 0.92
export const EARLY = 0.95
export const LATE = 1.25
/** From one look to the next. */
const LOOK_EVERY = 0.015

/** A circuit that was open, until it let a request through again. */
export interface Reclosing {
  /** The circuit while it is surely open. */
  readonly inBetween: ShownCircuit
  /** With the service stopped: a request before a trial is due, and the trial. */
  readonly firstLook: Visit
  readonly trial: Visit
  /** When the service was told to start, and when it should have been up, by `performance.now()`. */
  readonly startedAt: number
  readonly upAt: number
  readonly end: Ending
  readonly controls: readonly Evidence[]
}

/** How it was seen to let a request through again, with the bursts of requests that were sent meanwhile. */
type Ending = { readonly bursts: readonly Burst[] } & (
  | /** A request was served before the failed trial's reset was over. */ {
      readonly is: 'early'
      readonly seen: Visit
      readonly again?: OpenedAgain
    }
  | /** No request was served in time, though the service was back. */ {
      readonly is: 'never'
      readonly shown: ShownCircuit
    }
  | { readonly is: 'passed'; readonly closed: Closed }
)

/** A circuit that was opened once more, with its service back at once: for how long it is open shows without a trial that fails. */
export interface OpenedAgain {
  readonly fifth: Visit
  /** When the service should have been up, by `performance.now()`. */
  readonly upAt: number
  /** Missing when none was by the time that is too late. */
  readonly served: Visit | undefined
}

/** What followed the trial that was served. */
export interface Closed {
  readonly visits: readonly Visit[]
  readonly shown: ShownCircuit
  /** The answer that shows what a refused POST sent. */
  readonly found: Answer | undefined
}

/** Watches an open circuit: it stays open, its trial fails, it stays open again, lets one through, and closes. */
export async function watchHalfOpen(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
  { fifth }: NonNullable<Opening['five']>,
  refusals: Refusals,
  resetMs: number,
): Promise<Reclosing> {
  const { resource } = probe
  const { service } = resource
  const until = (share: number, what: Text) => waitUntil(lab, fifth.answeredAt + resetMs * share, what)

  await until(IN_BETWEEN, STAYS_OPEN(service))
  const inBetween = await readCircuit(lab, service)
  await until(FIRST_LOOK, STAYS_OPEN(service))
  const firstLook = await visitStopped(lab, probe)
  await until(TRIAL, FAILED_TRIAL(service))
  const trial = await visitStopped(lab, probe)

  const startedAt = performance.now()
  const controls = [await control.start(resource)]
  await control.waitOutStartUp(resource)
  const upAt = performance.now()
  const watched = { inBetween, firstLook, trial, startedAt, upAt, controls }
  tellWaiting(lab, SECOND_TRIAL(service), trial.answeredAt + resetMs * LATE, trial.answeredAt + resetMs)
  const early = await watchUntil(lab, probe, trial.answeredAt + resetMs * EARLY, resetMs)
  if (early !== undefined) {
    // Where everything is slow, the first look may have come late enough to be the trial itself.
    const isLate = firstLook.answeredAt - fifth.sentAt > resetMs * ON_TIME
    const sinceMs = early.answeredAt - (isLate ? firstLook : trial).sentAt
    if (sinceMs < resetMs * EARLY) {
      const end = { is: 'early', bursts: [], seen: early } as const
      if (!isServedAtOnce(watched, early, resetMs)) return { ...watched, end }
      return { ...watched, end: { ...end, again: await openAgain(lab, control, probe, resetMs) } }
    }
    // Seen late, as this machine or the refusals are slow: it may have closed as it should.
    const closed = await watchClosed(lab, probe, refusals)
    return { ...watched, end: { is: 'passed', bursts: [], closed } }
  }

  const { bursts, isServed } = await sendBursts(lab, probe.resource, {
    ...{ refusalMs: refusalMs(refusals), pauseMs: resetMs * LOOK_EVERY },
    ...{ deadline: trial.answeredAt + resetMs * LATE, againMs: resetMs * LATE },
  })
  lab.report({
    type: 'waited',
    ...{ for: lab.words(SECOND_TRIAL(service)), tookMs: performance.now() - upAt, cameTrue: isServed },
  })
  if (isServed) {
    const closed = await watchClosed(lab, probe, refusals)
    return { ...watched, end: { is: 'passed', bursts, closed } }
  }
  const shown = await readCircuit(lab, service)
  if (shown.state === 'CLOSED') throw new GradingError('control', NOT_BACK(service))
  return { ...watched, end: { is: 'never', bursts, shown } }
}

/** How soon after the service is back, in resets, a request is served by a circuit that a failed trial has not opened. */
const SOON = 0.15

/** Whether it was served as soon as the service was back. */
function isServedAtOnce(
  { trial, startedAt, upAt }: Pick<Reclosing, 'trial' | 'startedAt' | 'upAt'>,
  seen: Visit,
  resetMs: number,
): boolean {
  return seen.sentAt - trial.answeredAt < upAt - startedAt + resetMs * SOON
}

/**
 * What is served as soon as the service is back may be so since a failed trial has not opened the circuit, or since the time of the
 * open circuit, whatever it is, happened to end then.
 */
async function openAgain(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
  resetMs: number,
): Promise<OpenedAgain> {
  const { fifth } = await failFiveTimes(lab, control, probe)
  await control.start(probe.resource)
  await control.waitOutStartUp(probe.resource)
  const upAt = performance.now()
  return { fifth, upAt, served: await watchUntil(lab, probe, fifth.answeredAt + resetMs * LATE, resetMs) }
}

/** @returns what was served by then. */
async function watchUntil(
  lab: BreakerLab,
  probe: Probe,
  until: number,
  resetMs: number,
): Promise<Visit | undefined> {
  for (;;) {
    const seen = await visitStarted(lab, probe)
    if (seen.isServed) return seen
    if (performance.now() > until) return undefined
    await delay(resetMs * LOOK_EVERY, undefined, { signal: lab.signal })
  }
}

async function watchClosed(lab: BreakerLab, probe: Probe, { posted }: Refusals): Promise<Closed> {
  const first = await visitServed(lab, probe)
  const visits = [first, ...(await Promise.all([1, 2, 3].map(() => visitServed(lab, probe))))]
  const shown = await readCircuit(lab, probe.resource.service)
  const isClosed = visits.every(({ isServed }) => isServed)
  if (!isClosed || posted === undefined) return { visits, shown, found: undefined }
  return { visits, shown, found: await findPosted(lab, probe.resource, posted) }
}

/** Waits until a time by `performance.now()`. */
async function waitUntil(lab: BreakerLab, at: number, what: Text): Promise<void> {
  const leftMs = at - performance.now()
  if (leftMs <= 0) return
  tellWaiting(lab, what, at, at)
  await delay(leftMs, undefined, { signal: lab.signal })
  lab.report({ type: 'waited', for: lab.words(what), tookMs: leftMs, cameTrue: true })
}

/** Tells times by `performance.now()` as those of the clock. */
function tellWaiting({ report, words }: BreakerLab, what: Text, deadline: number, expected: number): void {
  const clock = (time: number) => Date.now() + time - performance.now()
  report({ type: 'waiting', for: words(what), deadlineAt: clock(deadline), expectedAt: clock(expected) })
}

const STAYS_OPEN = (service: string): Text => ({
  en: `the circuit of ${service} to stay open`,
  ru: `предохранитель ${service} остаётся разомкнутым`,
})
const FAILED_TRIAL = (service: string): Text => ({
  en: `the trial request to ${service}, which fails`,
  ru: `пробный запрос к ${service}, который не пройдёт`,
})
const SECOND_TRIAL = (service: string): Text => ({
  en: `the trial request to ${service}, which succeeds`,
  ru: `пробный запрос к ${service}, который пройдёт`,
})
const NOT_BACK = (service: string): Text => ({
  en: `The control said that ${service} was started, and its circuit is closed, but it does not answer.`,
  ru: `Программа управления сообщила, что ${service} запущен, и его предохранитель замкнут, но сервис не отвечает.`,
})
