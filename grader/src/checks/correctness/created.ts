import type { Lab } from '@msctl/scenarios'
import type { Answer, Grader } from '../../run/grader.ts'
import { isOk, type Row, says } from '../answers.ts'
import type { Stored } from '../objects.ts'

/** What an experiment has created, in the order in which its steps use it up. */
export interface State {
  ids: readonly number[]
  /** As they were sent, and as the answers say that they were made. */
  bodies: readonly Row[]
  made: readonly Row[]
}

export type CrudLab = Lab<Grader, State>

/** One more than a list that is cut at ten shows, and one to spare. */
export const CREATED = 12

/** Which of the created ones a step works on. What is read first is read by one step only, so that no cache comes between. */
export const READ = 0
export const CHANGED = 1
export const BYSTANDER = 2
export const DELETED = 3
export const KIN = 4

/** One of the created ones. */
export function take({ state }: CrudLab, index: number): { id: number; body: Row; sent: Row } {
  const [id, body, sent] = [state.ids[index], state.made[index], state.bodies[index]]
  if (id === undefined || body === undefined || sent === undefined)
    throw new RangeError(`There is no object ${index}.`)
  return { id, body, sent }
}

/** Whether one that nobody has touched is what it was: by the list, which no cache stands in front of, where that shows it. */
export function isAsBefore({ byId, inList }: Stored, body: Row): boolean {
  return says(inList ?? byId, body)
}

/** What a request that is wrong must not come to; whether there is such a request at all is the business of another check. */
export function isTakenOrFailed(answer: Answer): boolean {
  return isOk(answer) || answer.status === null || answer.status >= 500
}
