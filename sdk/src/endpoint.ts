import type * as z from 'zod/mini'
import type { ApiPromise } from './api-promise.ts'
import type { CallOptions } from './options.ts'

/** What one endpoint is: enough to send a request, and to read its answer. */
export interface Endpoint<T> {
  /** The call as it stands in code, such as `users.create`. */
  call: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH' | 'OPTIONS'
  /** With the query; or what stands before an id, the id, and what stands after it. */
  path: string | readonly [before: string, id: number, after?: string]
  body?: unknown
  /** What the answer is: JSON of this schema, text, nothing that matters, or whatever it says that it is. */
  answer: z.ZodMiniType<T> | 'text' | 'nothing' | 'any'
  /** A status besides 2xx that is an answer like any other. */
  acceptedStatus?: number
}

/**
 * Makes a call: sends the request, again where that is safe and useful, and gives what comes of it.
 *
 * @param begunAt when the call began of which this request is a part, on the clock of `performance.now()`: its deadline
 * counts from then. Default: now.
 */
export type Call = <T>(endpoint: Endpoint<T>, options?: CallOptions, begunAt?: number) => ApiPromise<T>

/**
 * The path of an endpoint.
 *
 * @throws {TypeError} for an id that is no number: `/users/undefined` would be a 404 that misleads, `/users/` another endpoint.
 */
export function pathOf({ call, path }: Endpoint<unknown>): string {
  if (typeof path === 'string') return path
  const [before, id, after = ''] = path
  if (typeof id !== 'number' || Number.isNaN(id))
    throw new TypeError(`${call}: the id must be a number, got ${String(id)}`)
  return `${before}/${id}${after}`
}

/** A query string of what is given, with its question mark. */
export function toQuery(parameters: Record<string, number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
}
