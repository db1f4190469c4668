import { type Answer, GradingError } from '../../grading/index.ts'
import { type Complaint, complain } from '../judge.ts'
import { unknownId } from '../objects.ts'
import { type Power, type Visit, visit } from '../service-power.ts'
import { type BreakerLab, FAILURES, type Lane, shouldBe } from './lane.ts'
import { readCircuit, type ShownCircuit } from './shown-health.ts'
import { COUNTS_NOT_FOUND, EARLY_OPENING, NOT_IN_A_ROW, STOP_WITHOUT_EFFECT, UNTOLD } from './words.ts'

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

  if (!lab.world.startUps.has(service)) {
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

/** A circuit after the fifth failure: whether it is open, only a service that is back can show. */
export interface Tripped {
  readonly fifth: Visit
  readonly atFive: ShownCircuit
  /** What is wrong with when it opened. */
  readonly opening: Complaint[]
}

/** Unknown ids that are asked for in a row. */
const NOT_FOUND = 8

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
