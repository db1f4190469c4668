import type { Lab, Text } from '@msctl/scenarios'
import type { Answer, Grader } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { type Complaint, complain } from '../judge.ts'
import { create } from '../objects.ts'
import type { Resource } from '../resources.ts'
import type { ShownCircuit } from './shown-health.ts'
import { NO_COUNT, SHOWN, WRONG_COUNT } from './words.ts'

export type BreakerLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'report' | 'cleanUp' | 'words'>

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
  /** How long it takes to refuse, once it is open. */
  refusalMs: number
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
    refusalMs: 0,
    shown: [first.answer],
    controls: [],
  }
}

/** So many in a row open a circuit. */
export const FAILURES = 5

/** What is wrong with what /health shows of a circuit. @param count of failures in a row, where it is known. */
export function shouldBe(shown: ShownCircuit, state: 'CLOSED' | 'OPEN', count?: number): Complaint[] {
  if (shown.state !== state) return [complain(SHOWN(shown.written, state), shown.answer)]
  if (count === undefined) return []
  if (shown.failureCount === undefined) return [complain(NO_COUNT, shown.answer)]
  return shown.failureCount === count ? [] : [complain(WRONG_COUNT(shown.failureCount, count), shown.answer)]
}

/** The middle one, or 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
