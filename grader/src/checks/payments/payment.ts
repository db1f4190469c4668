import type { Lab } from '@msctl/scenarios'
import type { Answer, Grader } from '../../run/grader.ts'
import { type Row, rowOf, rowsOf } from '../answers.ts'
import type { Created } from '../objects.ts'
import { RESOURCES } from '../resources.ts'

/** A payment whose status is watched. */
export interface Sample {
  readonly id: number
  readonly orderId: unknown
  status: unknown
}

export interface State {
  /** Created first and changed last, so that time has passed. */
  early?: Created
  createdAt: number
  samples: Sample[]
  /** Answers to POSTs that created nothing. */
  refused: Answer[]
  /** The first answers. */
  answers: Answer[]
}

export type PaymentsLab = Lab<Grader, State>

export const PAYMENTS = RESOURCES.payments
export const STATUSES: readonly unknown[] = ['pending', 'completed', 'failed']
/** An implementation may decide after its answer, within so many milliseconds. */
export const DECIDED_WITHIN_MS = 5_000

/** A payment as it is read. */
export interface Seen {
  /** As the list of its order shows it, and as it is by id: the first may not be there, the second may be a cache's. */
  readonly rows: readonly Row[]
  readonly answers: readonly Answer[]
}

/** Reads a payment through the list of its order, and by id. */
export async function lookAt({ world }: PaymentsLab, { id, body }: Created): Promise<Seen> {
  const list = await world.request('GET', `/payments?order_id=${body.order_id}`)
  const one = await world.request('GET', `/payments/${id}`)
  const rows = [rowsOf(list)?.find((row) => row.id === id), rowOf(one)].filter((row) => row !== undefined)
  return { rows, answers: [list, one] }
}
