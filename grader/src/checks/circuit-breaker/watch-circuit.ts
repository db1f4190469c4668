import { setTimeout as delay } from 'node:timers/promises'
import type { Text, UnstampedEvent } from '@msctl/scenarios'
import { type Answer, GradingError } from '../../run/grader.ts'
import { idOf, isOk, rowsOf } from '../answers.ts'
import { type Complaint, complain } from '../judge.ts'
import { type Power, type Visit, visit } from '../service-power.ts'
import { type BreakerLab, type Lane, shouldBe } from './lane.ts'
import { readCircuit } from './shown-health.ts'
import { visitServed } from './stumble.ts'
import { EARLY, FIRST_LOOK, LATE, LOOK_EVERY, ON_TIME, SOON, TRIAL } from './timing.ts'
import type { Tripped } from './trip-circuit.ts'
import { watchHalfOpen } from './watch-half-open.ts'
import {
  COUNTS_ON,
  FIRST_TRIAL,
  LEAKED,
  NEVER,
  NOT_BACK,
  NOT_CLOSED,
  NOT_REOPENED,
  NOT_SHOWN_CLOSED,
  SECOND_TRIAL,
  STAYS_OPEN,
  STOP_WITHOUT_EFFECT,
  TRIAL_MISSED,
  WRONG_RESET,
} from './words.ts'

/** Watches an open circuit: it stays open, its trial fails, it stays open again, lets one through, and closes. */
export async function watchCircuit(
  lab: BreakerLab,
  power: Power,
  lane: Lane,
  { fifth }: Tripped,
  resetMs: number,
): Promise<void> {
  const { resource, id } = lane
  const { service } = resource
  const look = () => visit(lab, resource, id)
  const until = (at: number, what: Text) => waitUntil(lab, at, what)

  await until(fifth.answeredAt + resetMs * 0.4, STAYS_OPEN(service))
  const inBetween = await readCircuit(lab, service)
  if (inBetween.at < fifth.sentAt + resetMs * 0.8) lane.health.push(...shouldBe(inBetween, 'OPEN'))
  await until(fifth.answeredAt + resetMs * FIRST_LOOK, STAYS_OPEN(service))
  const stopped = (seen: Visit) => {
    if (seen.isServed) throw new GradingError('fault-without-effect', lab.words(STOP_WITHOUT_EFFECT(service)))
    return seen
  }
  const first = stopped(await look())
  await until(fifth.answeredAt + resetMs * TRIAL, FIRST_TRIAL(service))
  const trial = stopped(await look())
  lane.shown.push(trial.answer)

  const beganStart = performance.now()
  lane.controls.push(await power.start(resource))
  await power.settle(resource)
  const backAt = performance.now()
  lab.report(
    waiting(lab, SECOND_TRIAL(service), trial.answeredAt + resetMs * LATE, trial.answeredAt + resetMs),
  )
  for (;;) {
    const seen = await look()
    if (seen.isServed) {
      // Where everything is slow, the first look may have come late enough to be the trial itself.
      const isLate = first.answeredAt - fifth.sentAt > resetMs * ON_TIME
      const itsTrial = isLate ? first : trial
      if (seen.answeredAt - itsTrial.sentAt >= resetMs * EARLY) {
        // Seen late, as this machine or the refusals are slow: it may have closed as it should.
        lane.reset = []
        lane.oneTrial = { complaints: [], undecided: TRIAL_MISSED }
        lane.trial = await judgeClosed(lab, lane, [seen.answer])
      } else judgeEarly(lane, { fifth, trial: itsTrial, seen, beganStart, backAt, resetMs })
      return
    }
    if (performance.now() > trial.answeredAt + resetMs * EARLY) break
    await delay(resetMs * LOOK_EVERY, undefined, { signal: lab.signal })
  }
  const passed = await watchHalfOpen(lab, lane, trial, resetMs)
  lab.report({
    type: 'waited',
    for: lab.words(SECOND_TRIAL(service)),
    tookMs: performance.now() - backAt,
    cameTrue: passed !== undefined,
  })
  if (passed === undefined) {
    const shown = await readCircuit(lab, service)
    if (shown.state === 'CLOSED') throw new GradingError('control', lab.words(NOT_BACK(service)))
    lane.reset = [complain(NEVER(resetMs * LATE), shown.answer)]
    return
  }
  lane.reset = []
  lane.trial = await judgeClosed(lab, lane, passed)
}

/** Something got through too early: which of the two rules that breaks, its time says. */
function judgeEarly(
  lane: Lane,
  times: { fifth: Visit; trial: Visit; seen: Visit; beganStart: number; backAt: number; resetMs: number },
): void {
  const { fifth, trial, seen, beganStart, backAt, resetMs } = times
  const afterMs = seen.answeredAt - trial.sentAt
  const isSoon = seen.sentAt - trial.answeredAt < backAt - beganStart + resetMs * SOON
  if (isSoon) {
    lane.reset = []
    lane.trial = [complain(NOT_REOPENED(afterMs, resetMs), trial.answer, seen.answer)]
  } else {
    const sinceOpenMs = seen.answeredAt - fifth.sentAt
    lane.reset = [complain(WRONG_RESET(sinceOpenMs, afterMs, resetMs), trial.answer, seen.answer)]
  }
}

/** After a trial that succeeded: all get through, and the health says so. */
async function judgeClosed(lab: BreakerLab, lane: Lane, passed: readonly Answer[]): Promise<Complaint[]> {
  const { resource, id } = lane
  const visits = await Promise.all(Array.from({ length: 4 }, () => visitServed(lab, resource, id)))
  const refused = visits.find(({ isServed }) => !isServed)
  const complaints =
    refused === undefined ? [] : [complain(NOT_CLOSED, ...passed.slice(0, 1), refused.answer)]
  const shown = await readCircuit(lab, resource.service)
  if (refused === undefined) {
    if (shown.state !== undefined && shown.state !== 'CLOSED')
      complaints.push(complain(NOT_SHOWN_CLOSED(shown.written), shown.answer))
    else if (shown.failureCount !== undefined && shown.failureCount !== 0)
      complaints.push(complain(COUNTS_ON(shown.failureCount), shown.answer))
    const leaked = await findMarker(lab, lane)
    if (leaked !== undefined) lane.refusing?.push(leaked)
  }
  lane.shown.push(...visits.slice(0, 1).map(({ answer }) => answer))
  return complaints
}

/** Looks for what was refused, once the circuit is closed. */
async function findMarker({ world }: BreakerLab, { resource, marker }: Lane): Promise<Complaint | undefined> {
  if (marker === undefined) return undefined
  const { service, path, filter } = resource
  if (filter !== undefined) {
    const answer = await world.request('GET', `${path}?${filter}=${marker.value}`)
    const found = rowsOf(answer)?.find((row) => String(row[filter]) === String(marker.value))
    if (found === undefined) return undefined
    if (typeof found.id === 'number') world.created.note(service, found.id)
    return complain(LEAKED, answer)
  }
  // No two users have the same e-mail: it is free if nobody has it.
  const answer = await world.request('POST', path, { json: marker.json })
  const id = isOk(answer) ? idOf(answer) : undefined
  if (id !== undefined) world.created.note(service, id)
  const isTaken = answer.status !== null && answer.status >= 400 && answer.status < 500
  return isTaken ? complain(LEAKED, answer) : undefined
}

/** Times by `performance.now()`, told as those of the clock. */
function waiting({ words }: BreakerLab, what: Text, deadline: number, expected: number): UnstampedEvent {
  const clock = (time: number) => Date.now() + time - performance.now()
  return { type: 'waiting', for: words(what), deadlineAt: clock(deadline), expectedAt: clock(expected) }
}

async function waitUntil(lab: BreakerLab, at: number, what: Text): Promise<void> {
  const leftMs = at - performance.now()
  if (leftMs <= 0) return
  lab.report(waiting(lab, what, at, at))
  await delay(leftMs, undefined, { signal: lab.signal })
  lab.report({ type: 'waited', for: lab.words(what), tookMs: leftMs, cameTrue: true })
}
