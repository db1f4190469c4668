import { GradingError } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import type { Resource } from '../resources.ts'
import { type Power, type Visit, visit } from '../service-power.ts'
import { type BreakerLab, FAILURES, shouldBe } from './lane.ts'
import { readCircuit, type ShownCircuit } from './shown-health.ts'
import { STOP_WITHOUT_EFFECT } from './words.ts'

/** A service that was away for four requests in a row, and is back. */
export interface FourFailures {
  /** What the first of them was answered with. */
  readonly first: Visit
  /** The circuit at the fourth. */
  readonly atFour: ShownCircuit
  /** The request after them: where the service needs longer to come up than was known, it failed as well. */
  readonly back: Visit
  /** The circuit after that. */
  readonly after: ShownCircuit
  /** What the control said when it ended the service, and when it started it. */
  readonly controls: readonly [ended: Evidence, started: Evidence]
}

/** Ends a service, fails four times, and starts it: one of these services has to have been started before. */
export async function failFourTimes(
  lab: BreakerLab,
  power: Power,
  resource: Resource,
  id: number,
  how: 'stop' | 'kill',
): Promise<FourFailures> {
  const { first, evidence } = await power.stop(resource, id, how)
  await failOn(lab, resource, id)
  const atFour = await readCircuit(lab, resource.service)
  const started = await power.start(resource)
  await power.settle(resource)
  const back = await visit(lab, resource, id)
  const after = await readCircuit(lab, resource.service)
  return { first, atFour, back, after, controls: [evidence, started] }
}

/** Whether the circuit stayed closed, forgot the four at the success, and said so all the time. */
export function staysClosed({ atFour, back, after }: FourFailures): boolean {
  const complaints = [...shouldBe(atFour, 'CLOSED', FAILURES - 1), ...shouldBe(after, 'CLOSED', 0)]
  return back.isServed && complaints.length === 0
}

/** Three further requests of a service that is stopped. */
export async function failOn(
  lab: Pick<BreakerLab, 'world' | 'words'>,
  resource: Resource,
  id: number,
): Promise<void> {
  for (let count = 1; count < FAILURES - 1; count++) {
    const seen = await visit(lab, resource, id)
    if (seen.isServed)
      throw new GradingError('fault-without-effect', lab.words(STOP_WITHOUT_EFFECT(resource.service)))
  }
}
