import { type Answer, GradingError } from '../../run/grader.ts'
import { type Complaint, complain } from '../judge.ts'
import { unknownId } from '../objects.ts'
import { type Power, type Visit, visit } from '../service-power.ts'
import { failFourTimes, failOn } from './four-failures.ts'
import { type BreakerLab, FAILURES, type Lane, shouldBe } from './lane.ts'
import { readCircuit, type ShownCircuit } from './shown-health.ts'
import { visitServed } from './stumble.ts'
import { COUNTS_NOT_FOUND, EARLY_OPENING, NOT_IN_A_ROW, STOP_WITHOUT_EFFECT, UNTOLD } from './words.ts'

/**
 * Trips a circuit: many 404s, four failures and a success, unless those were seen before, four failures and the fifth.
 *
 * @returns `undefined` when it did not get there: `lane.opening` says why.
 */
export async function tripCircuit(lab: BreakerLab, power: Power, lane: Lane): Promise<Tripped | undefined> {
  const { resource, id } = lane
  const { service } = resource
  const opening: Complaint[] = []
  const health = () => readCircuit(lab, service)

  if (lab.world.startUps.size === 0) {
    // How long it takes to come up has to be known: requests that fail meanwhile would count.
    await power.stop(resource, id)
    await power.start(resource)
    await power.awaken(resource, id)
  }
  lane.health.push(...shouldBe(await health(), 'CLOSED', 0))
  const counted = await askForNothing(lab, lane)
  if (counted !== undefined) {
    lane.opening = [counted]
    return undefined
  }

  // --- Four failures, and it is back.
  let wasClosedAtFour = lab.world.staysClosedAtFour.get(service) === true
  if (!wasClosedAtFour) {
    const seen = await failFourTimes(lab, power, resource, id, 'stop')
    const { atFour, back } = seen
    lane.controls.push(...seen.controls)
    lane.shown.push(seen.first.answer)
    lane.health.push(...shouldBe(atFour, 'CLOSED', FAILURES - 1))
    if (back.isServed) lane.health.push(...shouldBe(seen.after, 'CLOSED', 0))
    else if (atFour.state === 'CLOSED') {
      // It was still closed at the fourth: so this was the fifth, as the service needs longer to come up than it did before.
      await power.awaken(resource, id)
    } else if (atFour.state === undefined) {
      throw new GradingError('too-slow', lab.words(UNTOLD(service)))
    } else {
      lane.opening = [complain(EARLY_OPENING, atFour.answer, back.answer)]
      return undefined
    }
    wasClosedAtFour = atFour.state === 'CLOSED'
  }

  // --- Four more, which are no eight in a row, and the fifth.
  const { first, evidence } = await power.stop(resource, id)
  lane.controls.push(evidence)
  lane.shown.push(first.answer)
  await failOn(lab, resource, id)
  const atFourAgain = await health()
  if (atFourAgain.state === 'OPEN' && wasClosedAtFour)
    opening.push(complain(NOT_IN_A_ROW, atFourAgain.answer))
  const fifth = await visit(lab, resource, id)
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
  const after = await visitServed(lab, resource, id)
  if (after.isServed) return undefined
  return complain(COUNTS_NOT_FOUND(answers.length), ...answers.slice(-1), after.answer)
}
