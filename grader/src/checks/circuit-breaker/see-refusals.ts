import { GradingError } from '../../run/grader.ts'
import { idOf, isOk } from '../answers.ts'
import { type Complaint, complain } from '../judge.ts'
import { link } from '../resources.ts'
import { type Power, type Visit, visit } from '../service-power.ts'
import { type BreakerLab, type Lane, median } from './lane.ts'
import type { Tripped } from './trip-circuit.ts'
import { NOT_OPENED, ODD_REFUSAL, SLOW_REFUSAL, TOO_SLOW } from './words.ts'

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
  lane.refusalMs = median(answers.map(({ durationMs }) => durationMs))
  const quickest = Math.min(...answers.map(({ durationMs }) => durationMs))
  const allowed = Math.max(AT_ONCE_MS, AT_ONCE_TIMES * median(gatewayMs))
  if (quickest > allowed) refusing.push(complain(SLOW_REFUSAL(quickest, allowed), ...answers.slice(0, 1)))
  await leaveMarker(lab, lane)
  lane.refusing = refusing
  lane.controls.push(await power.stopUnseen(resource))
}

/** What is asked to see how quick a refusal is. */
const REFUSALS = 4
const REFUSAL_STATUSES: readonly (number | null)[] = [502, 503, 504]
/** A refusal takes as long as an answer of the gateway itself; more than this, and many times that, is waiting for something. */
const AT_ONCE_MS = 300
const AT_ONCE_TIMES = 8

/** Sends a POST that is refused, with something by which it could be found if it was not. */
async function leaveMarker({ world }: BreakerLab, lane: Lane): Promise<void> {
  const { service, path, filter } = lane.resource
  const json = { ...lane.resource.make(world), ...(filter !== undefined && { [filter]: link(world) }) }
  const answer = await world.request('POST', path, { json })
  const id = isOk(answer) ? idOf(answer) : undefined
  if (id !== undefined) world.created.note(service, id)
  lane.marker = { json, value: filter === undefined ? undefined : (json as Record<string, unknown>)[filter] }
}
