import type { Lab, Text } from '@msctl/scenarios'
import { type Answer, type Grader, GradingError } from '../run/grader.ts'
import { isOk, rowOf } from './answers.ts'
import { create } from './objects.ts'
import type { Resource } from './resources.ts'

type AnyLab = Pick<Lab<Grader, unknown>, 'world'>

/** The object that a service is asked for, to see whether it answers. */
export interface Probe {
  readonly resource: Resource
  id: number
}

/** What one request for an object showed. */
export interface Visit {
  readonly answer: Answer
  /** Whether the service itself answered: with an object. Which one it is, others check. */
  readonly isServed: boolean
  /** When it was sent and when it was answered, by `performance.now()`. */
  readonly sentAt: number
  readonly answeredAt: number
}

/** Asks for an object, so as to see whether its service is there. */
export async function visit({ world }: AnyLab, { resource: { path }, id }: Probe): Promise<Visit> {
  const sentAt = performance.now()
  const answer = await world.request('GET', `${path}/${id}`)
  const isServed = isOk(answer) && rowOf(answer)?.id !== undefined
  return { answer, isServed, sentAt, answeredAt: performance.now() }
}

/** Asks a service that was started. One that has lost the object with its memory answers as well, and is asked for a new one from then on. */
export async function visitStarted(lab: AnyLab, probe: Probe): Promise<Visit> {
  const seen = await visit(lab, probe)
  if (seen.answer.status !== 404) return seen
  const made = await create(lab, probe.resource)
  if (made === undefined) return seen
  probe.id = made.id
  return { ...seen, isServed: true }
}

/**
 * Asks a service that should answer. A request that fails slowly is sent once more: it may have failed for want of time.
 *
 * @throws {GradingError} `too-slow` when that was so.
 */
export async function visitServed(lab: Pick<Lab<Grader, unknown>, 'world' | 'words'>, probe: Probe) {
  const first = await visitStarted(lab, probe)
  if (first.isServed || !hasTimedOut([first.answer], 0)) return first
  const again = await visitStarted(lab, probe)
  if (again.isServed) throw new GradingError('too-slow', TIMED_OUT(probe.resource))
  return again
}

/** An answer that took longer than this, in milliseconds, and many times as long as a refusal does, was none. */
const TIMEOUT_MS = 1_000
const TIMEOUT_TIMES = 4

/**
 * Whether one of the requests that failed was let through and timed out, which opens a half-open circuit once more, as it should.
 *
 * @param refusalMs how long this circuit takes to refuse.
 */
export function hasTimedOut(answers: readonly Answer[], refusalMs: number): boolean {
  const longest = Math.max(...answers.map(({ durationMs }) => durationMs))
  return longest > Math.max(TIMEOUT_MS, TIMEOUT_TIMES * refusalMs)
}

export const TIMED_OUT = ({ service }: Resource): Text => ({
  en: `A request to ${service} was let through and timed out: this machine is too busy to judge its circuit.`,
  ru: `Запрос к ${service} был пропущен, но не уложился во время: машина слишком загружена, чтобы судить о предохранителе.`,
})
