import { setTimeout as delay } from 'node:timers/promises'
import type { Happening, Lab, Text } from '../engine/index.ts'
import { type Answer, type Evidence, type Grader, GradingError } from '../grading/index.ts'
import { idOf, isOk, rowsOf } from './answers.ts'
import {
  COUNTS_NOT_FOUND,
  COUNTS_ON,
  EARLY_OPENING,
  FIRST_TRIAL,
  LEAKED,
  NEVER,
  NO_COUNT,
  NO_TABLE,
  NOT_BACK,
  NOT_CLOSED,
  NOT_HELD,
  NOT_IN_A_ROW,
  NOT_OPENED,
  NOT_REOPENED,
  NOT_SHOWN_CLOSED,
  ODD_REFUSAL,
  PAST_TABLE,
  SECOND_TRIAL,
  SEVERAL,
  SHOWN,
  SLOW_REFUSAL,
  STAYS_OPEN,
  STOP_WITHOUT_EFFECT,
  STUMBLED,
  TOO_SLOW,
  TRIAL_MISSED,
  UNTOLD,
  WRONG_COUNT,
  WRONG_RESET,
} from './breaker-words.ts'
import { type Complaint, complain } from './judge.ts'
import { type HeldTable, holdTable } from './locks.ts'
import { create, unknownId } from './objects.ts'
import { link, type Resource } from './resources.ts'
import { type Power, type Visit, visit } from './service-power.ts'
import { readCircuit, type ShownCircuit } from './shown-health.ts'

/**
 * When what is done, in resets since the fifth failure, or since the failed trial. The first look is late enough for a reset of two
 * thirds to be over, and the trial late enough for one that is a little slow to be due. Nothing may get through before `early`, so that
 * also a reset of twice the time, which would be over just before that, is told from the right one.
 */
const FIRST_LOOK = 0.85
const TRIAL = 1.07
/** A first look that was answered no later than this was none. */
const ON_TIME = 0.92
const EARLY = 0.95
const LATE = 1.25
/** From one look to the next. */
const LOOK_EVERY = 0.015
/** A success so soon after the service is back, and a failed trial before that has closed the circuit, or never opened it again. */
const SOON = 0.15
const FAILURES = 5
/** Unknown ids that are asked for in a row. */
const NOT_FOUND = 8
/** Sent at once to a circuit that is to let one of them through. */
const BURST = 6
/** What is asked to see how quick a refusal is. */
const REFUSALS = 4
const REFUSAL_STATUSES: readonly (number | null)[] = [502, 503, 504]
/** A refusal takes as long as an answer of the gateway itself; more than this, and many times that, is waiting for something. */
const AT_ONCE_MS = 300
const AT_ONCE_TIMES = 8
/** How long requests that reached the service are held there, for all of them to have come. */
const HOLD_MS = 250
const HOLD_PACES = 4

type BreakerLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'report' | 'cleanUp' | 'words'>

/** What was seen of one circuit. */
export interface Lane {
  readonly resource: Resource
  readonly id: number
  /** What a POST has been refused with while the circuit was open: to be found nowhere afterwards. */
  marker?: { readonly json: Readonly<Record<string, unknown>>; readonly value: unknown }
  /** What is wrong with when it opens: empty when nothing is, missing when that was not seen. */
  opening?: Complaint[]
  refusing?: Complaint[]
  reset?: Complaint[]
  trial?: Complaint[]
  health: Complaint[]
  /** How many got through to the service at half-open; why that could not be seen. */
  oneTrial?: { readonly complaints: Complaint[]; readonly undecided?: Text }
  isOpen: boolean
  isOver: boolean
  readonly shown: Answer[]
  readonly controls: Evidence[]
}

/** Makes what a lane needs; `undefined` when the service creates nothing. @param refused gets its answer then. */
export async function prepareLane(
  lab: BreakerLab,
  resource: Resource,
  refused: (answer: Answer) => void,
): Promise<Lane | undefined> {
  const first = await create(lab, resource, undefined, refused)
  if (first === undefined) return undefined
  return {
    resource,
    id: first.id,
    health: [],
    isOpen: false,
    isOver: false,
    shown: [first.answer],
    controls: [],
  }
}

/** A circuit after the fifth failure: whether it is open, only a service that is back can show. */
export interface Tripped {
  readonly fifth: Visit
  readonly atFive: ShownCircuit
  /** What is wrong with when it opened. */
  readonly opening: Complaint[]
}

/**
 * Trips a circuit: many 404s, four failures and a success, four failures and the fifth.
 *
 * @returns `undefined` when it did not get there: `lane.opening` says why.
 */
export async function tripCircuit(lab: BreakerLab, power: Power, lane: Lane): Promise<Tripped | undefined> {
  const { resource, id } = lane
  const { service } = resource
  const opening: Complaint[] = []
  const health = () => readCircuit(lab, service)
  const look = () => visit(lab, resource, id)

  if (!lab.world.startUpMs.has(service)) {
    // How long it takes to come up has to be known: requests that fail meanwhile would count.
    await power.stop(resource, id)
    await power.start(resource)
    await power.awaken(resource, id)
  }
  const before = await health()
  lane.health.push(...shouldBe(before, 'CLOSED', 0))
  const counted = await askForNothing(lab, lane)
  if (counted !== undefined) {
    lane.opening = [counted]
    return undefined
  }

  // --- Four failures, and it is back.
  lane.controls.push((await power.stop(resource, id)).evidence)
  await fail(lab, lane, FAILURES - 2)
  const atFour = await health()
  lane.health.push(...shouldBe(atFour, 'CLOSED', FAILURES - 1))
  lane.controls.push(await power.start(resource))
  await power.settle(resource)
  const back = await look()
  if (!back.isServed) {
    if (atFour.state === 'CLOSED') {
      // It was still closed at the fourth: so this was the fifth, as the service needs longer to come up than it did before.
      await power.awaken(resource, id)
    } else if (atFour.state === undefined) {
      throw new GradingError('too-slow', lab.words(UNTOLD(service)))
    } else {
      lane.opening = [complain(EARLY_OPENING, atFour.answer, back.answer)]
      return undefined
    }
  }
  const afterSuccess = await health()
  if (back.isServed) lane.health.push(...shouldBe(afterSuccess, 'CLOSED', 0))

  // --- Four more, which are no eight in a row, and the fifth.
  await power.stop(resource, id)
  await fail(lab, lane, FAILURES - 2)
  const atFourAgain = await health()
  if (atFourAgain.state === 'OPEN' && atFour.state === 'CLOSED')
    opening.push(complain(NOT_IN_A_ROW, atFourAgain.answer))
  const fifth = await look()
  if (fifth.isServed) throw new GradingError('fault-without-effect', lab.words(STOP_WITHOUT_EFFECT(service)))
  lane.shown.push(fifth.answer)
  const atFive = await health()
  lane.health.push(...shouldBe(atFive, 'OPEN'))
  return { fifth, atFive, opening }
}

/**
 * Starts the service of a circuit that should be open to see that nothing reaches it any more, and stops it again for the trial. Afterwards
 * `lane.isOpen` says whether there is a circuit to watch.
 */
export async function seeRefusals(
  lab: BreakerLab,
  power: Power,
  lane: Lane,
  { fifth, atFive, opening }: Tripped,
  resetMs: number,
): Promise<void> {
  const { resource, id } = lane
  const { service } = resource
  lane.controls.push(await power.start(resource))
  await power.settle(resource)
  const refusing: Complaint[] = []
  const gatewayMs: number[] = []
  const refusals: Visit[] = []
  for (let index = 0; index < REFUSALS; index++) {
    const seen = await visit(lab, resource, id)
    if (seen.isServed) {
      if (performance.now() - fifth.answeredAt > resetMs / 2)
        throw new GradingError('too-slow', lab.words(TOO_SLOW(service)))
      lane.opening = [...opening, complain(NOT_OPENED, fifth.answer, atFive.answer, seen.answer)]
      return
    }
    refusals.push(seen)
    gatewayMs.push((await lab.world.request('GET', '/health')).durationMs)
  }
  lane.opening = opening
  lane.isOpen = true
  const answers = refusals.map(({ answer }) => answer)
  lane.shown.push(...answers.slice(0, 1))
  const odd = answers.find(({ status }) => !REFUSAL_STATUSES.includes(status))
  if (odd !== undefined) refusing.push(complain(ODD_REFUSAL, odd))
  const quickest = Math.min(...answers.map(({ durationMs }) => durationMs))
  const allowed = Math.max(AT_ONCE_MS, AT_ONCE_TIMES * median(gatewayMs))
  if (quickest > allowed) refusing.push(complain(SLOW_REFUSAL(quickest, allowed), ...answers.slice(0, 1)))
  await leaveMarker(lab, lane)
  lane.refusing = refusing
  lane.controls.push(await power.stopUnseen(resource))
}

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
        lane.isOver = true
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
  lane.isOver = true
}

/** Asks for what there is not, many times in a row; complains when the circuit took that for failures. */
async function askForNothing(lab: BreakerLab, { resource, id }: Lane): Promise<Complaint | undefined> {
  const answers: Answer[] = []
  for (let index = 0; index < NOT_FOUND; index++) {
    const answer = await lab.world.request('GET', `${resource.path}/${unknownId(lab.world)}`)
    const isError = answer.status === null || answer.status >= 500
    // One that fails at this does not show what this is about; the next success makes up for it.
    if (isError && answers.length < FAILURES - 2) break
    answers.push(answer)
    if (isError) break
  }
  const after = await visit(lab, resource, id)
  if (after.isServed) return undefined
  return complain(COUNTS_NOT_FOUND(answers.length), ...answers.slice(-1), after.answer)
}

/** Further requests that fail, as the service is stopped. */
async function fail(lab: BreakerLab, { resource, id, shown }: Lane, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const seen = await visit(lab, resource, id)
    if (seen.isServed)
      throw new GradingError('fault-without-effect', lab.words(STOP_WITHOUT_EFFECT(resource.service)))
    if (index === 0) shown.push(seen.answer)
  }
}

/** Sends a POST that is refused, with something by which it could be found if it was not. */
async function leaveMarker({ world }: BreakerLab, lane: Lane): Promise<void> {
  const { service, path, filter } = lane.resource
  const json = { ...lane.resource.make(world), ...(filter !== undefined && { [filter]: link(world) }) }
  const answer = await world.request('POST', path, { json })
  const id = isOk(answer) ? idOf(answer) : undefined
  if (id !== undefined) world.created.note(service, id)
  lane.marker = { json, value: filter === undefined ? undefined : (json as Record<string, unknown>)[filter] }
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

/**
 * Waits for the circuit to let something through. With a database, whatever reaches the service is held there: several requests are sent
 * at once, and those that got through are counted.
 *
 * @returns what got through; `undefined` when nothing did in time.
 */
async function watchHalfOpen(
  lab: BreakerLab,
  lane: Lane,
  trial: Visit,
  resetMs: number,
): Promise<readonly Answer[] | undefined> {
  const { resource } = lane
  const database = lab.world.databases[resource.service]
  let table: HeldTable | undefined
  if (database !== undefined) {
    try {
      table = await holdTable(lab, resource.service, database)
      if (table === undefined) lane.oneTrial = { complaints: [], undecided: NO_TABLE }
    } catch (error) {
      // Somebody else holds it, such as a session that was left open.
      lane.oneTrial = { complaints: [], undecided: lab.words(NOT_HELD) + (error as Error).message }
    }
  }
  const deadline = trial.answeredAt + resetMs * LATE
  try {
    for (;;) {
      const sentAt = performance.now()
      const passed = table === undefined ? await single(lab, lane) : await burst(lab, lane, table)
      if (passed !== undefined) return passed
      if (sentAt > deadline) return undefined
      await delay(resetMs * LOOK_EVERY, undefined, { signal: lab.signal })
    }
  } finally {
    await table?.release()
  }
}

async function single(lab: BreakerLab, { resource, id }: Lane): Promise<readonly Answer[] | undefined> {
  const seen = await visit(lab, resource, id)
  return seen.isServed ? [seen.answer] : undefined
}

/** Asks for a list several times at once while the table is held, and counts those that reach it. No list is cached. */
async function burst(lab: BreakerLab, lane: Lane, table: HeldTable): Promise<readonly Answer[] | undefined> {
  const { world, signal } = lab
  const { path, filter } = lane.resource
  const list = `${path}?${filter === undefined ? 'limit=1' : `${filter}=${link(world)}`}`
  let open = BURST
  const sent = Array.from({ length: BURST }, () =>
    world.request('GET', list).finally(() => {
      open--
    }),
  )
  const all = Promise.all(sent)
  // Whoever fails first must not do so unheard while the others are counted.
  all.catch(() => undefined)
  let most = 0
  let steadySince = performance.now()
  const holdMs = Math.max(HOLD_MS, HOLD_PACES * world.pace.medianMs)
  while (open > 0 && performance.now() - steadySince < holdMs) {
    const waitingNow = await table.waiting()
    if (waitingNow > most) {
      most = waitingNow
      steadySince = performance.now()
    }
    await delay(15, undefined, { signal })
  }
  if (most === 0) {
    const answers = await all
    const passed = answers.filter(isThrough)
    if (passed.length === 0) {
      if (hasStumbled(answers)) throw new GradingError('too-slow', lab.words(STUMBLED(lane.resource.service)))
      return undefined
    }
    lane.oneTrial = { complaints: [], undecided: PAST_TABLE }
    return passed
  }
  await table.release()
  const answers = await all
  const passed = answers.filter(isThrough)
  if (passed.length === 0) {
    if (most === 1 && hasStumbled(answers))
      throw new GradingError('too-slow', lab.words(STUMBLED(lane.resource.service)))
    // Refused, every one of them, and yet they have reached the service.
    if (most > 1) lane.refusing?.push(complain(LEAKED, ...answers.slice(0, 1)))
    return undefined
  }
  lane.oneTrial = {
    complaints: most > 1 ? [complain(SEVERAL(most, BURST), ...answers.slice(0, 3))] : [],
  }
  return passed
}

/** An answer that took longer than this, in milliseconds, and many times as long as the others, was no refusal. */
const STUMBLE_MS = 1_000
const STUMBLE_TIMES = 4

/** Whether one was let through and failed for want of time, which opens the circuit once more, as it should. */
function hasStumbled(answers: readonly Answer[]): boolean {
  const durations = answers.map(({ durationMs }) => durationMs)
  return Math.max(...durations) > Math.max(STUMBLE_MS, STUMBLE_TIMES * median(durations))
}

/** Whether the service answered for a list: with one, or with a refusal of its own. */
const isThrough = (answer: Answer) =>
  answer.status !== null && answer.status < 500 && (!isOk(answer) || rowsOf(answer) !== undefined)

/** After a trial that succeeded: all get through, and the health says so. */
async function judgeClosed(lab: BreakerLab, lane: Lane, passed: readonly Answer[]): Promise<Complaint[]> {
  const { resource, id } = lane
  const visits = await Promise.all(Array.from({ length: 4 }, () => visit(lab, resource, id)))
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

function shouldBe(shown: ShownCircuit, state: 'CLOSED' | 'OPEN', count?: number): Complaint[] {
  if (shown.state !== state) return [complain(SHOWN(shown.written, state), shown.answer)]
  if (count === undefined) return []
  if (shown.failureCount === undefined) return [complain(NO_COUNT, shown.answer)]
  return shown.failureCount === count ? [] : [complain(WRONG_COUNT(shown.failureCount, count), shown.answer)]
}

/** Times by `performance.now()`, told as those of the clock. */
function waiting({ words }: BreakerLab, what: Text, deadline: number, expected: number): Happening {
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
