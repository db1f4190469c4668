import { type Answer, GradingError } from '../../run/grader.ts'
import type { Resource } from '../resources.ts'
import { type Visit, visit } from '../service-power.ts'
import type { BreakerLab } from './lane.ts'
import { STUMBLED } from './words.ts'

/** An answer that took longer than this, in milliseconds, and many times as long as a refusal does, was none. */
const STUMBLE_MS = 1_000
const STUMBLE_TIMES = 4

/**
 * Whether one of those that failed was let through and failed for want of time, which opens the circuit once more, as it should. Others
 * that waited for it took as long, so they are no measure.
 *
 * @param refusalMs How long this circuit takes to refuse.
 */
export function haveStumbled(answers: readonly Answer[], refusalMs: number): boolean {
  const longest = Math.max(...answers.map(({ durationMs }) => durationMs))
  return longest > Math.max(STUMBLE_MS, STUMBLE_TIMES * refusalMs)
}

/** What is thrown then. */
export function stumbled(lab: Pick<BreakerLab, 'words'>, { service }: Resource): GradingError {
  return new GradingError('too-slow', lab.words(STUMBLED(service)))
}

/**
 * Asks for an object that should be served. One that fails slowly is asked for once more: it may have failed for want of time.
 *
 * @throws {GradingError} `too-slow` when that was so.
 */
export async function visitServed(lab: BreakerLab, resource: Resource, id: number): Promise<Visit> {
  const first = await visit(lab, resource, id)
  if (first.isServed || !haveStumbled([first.answer], 0)) return first
  const again = await visit(lab, resource, id)
  if (again.isServed) throw stumbled(lab, resource)
  return again
}
