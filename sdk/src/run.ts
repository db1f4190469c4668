import { randomUUID } from 'node:crypto'
import { type Endpoint, pathOf } from './endpoint.ts'
import type { FailedCall } from './errors.ts'
import { assertKnownOptions } from './known-options.ts'
import { CALL_OPTIONS, type CallOptions, type RequestFacts } from './options.ts'
import type { Settings } from './settings.ts'
import type { Answer } from './transport.ts'

/** One call while it runs: what is the same for all its attempts. */
export interface Run {
  call: string
  method: string
  url: string
  path: string
  headers: Record<string, string>
  body: string | undefined
  requestId: string
  signal: AbortSignal | undefined
  timeoutMs: number
  attemptTimeoutMs: number
  /** On the clock of `performance.now()`. */
  startedAt: number
  /** On the same clock. */
  deadline: number
}

/**
 * Begins a call.
 *
 * @param begunAt where the deadline counts from, if that is not now.
 * @throws {TypeError} for an option that is not known, or a value that cannot be meant, such as a time limit that is no number.
 */
export function beginRun(
  endpoint: Endpoint<unknown>,
  options: CallOptions,
  settings: Settings,
  begunAt?: number,
): Run {
  const { call, method } = endpoint
  assertKnownOptions(call, options, CALL_OPTIONS)
  const startedAt = performance.now()
  const timeoutMs = milliseconds('timeoutMs', options.timeoutMs ?? settings.timeoutMs)
  const headers = headersOf(endpoint, options, settings)
  const path = settings.basePath + pathOf(endpoint)
  return {
    call,
    method,
    url: settings.origin + path,
    path,
    headers,
    body: endpoint.body === undefined ? undefined : JSON.stringify(endpoint.body),
    requestId: headers['x-request-id'] as string,
    signal: options.signal,
    timeoutMs,
    attemptTimeoutMs: milliseconds('attemptTimeoutMs', options.attemptTimeoutMs ?? settings.attemptTimeoutMs),
    startedAt,
    deadline: (begunAt ?? startedAt) + timeoutMs,
  }
}

function headersOf(
  { method, body }: Endpoint<unknown>,
  options: CallOptions,
  settings: Settings,
): Record<string, string> {
  const headers = { ...settings.headers }
  if (options.headers !== undefined) Object.assign(headers, lowerCased(options.headers))
  if (body !== undefined) headers['content-type'] ??= 'application/json'
  headers['x-request-id'] ||= settings.nextRequestId()
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  else if (method === 'POST') headers['idempotency-key'] ??= randomUUID()
  const traceparent = headers.traceparent === undefined ? settings.traceparent() : undefined
  if (traceparent !== undefined) headers.traceparent = traceparent
  return headers
}

/** The same headers, with names in lower case. */
export const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** The number, where it is one that time can be measured by. */
export function milliseconds(name: string, value: number): number {
  if (value >= 0) return value
  throw new TypeError(`${name} must be a number of milliseconds from 0 up, got ${value}`)
}

/** What errors say of the call. The id of the answer wins: a gateway that did not take ours made its own. */
export const failedCall = (
  { call, method, url, requestId }: Run,
  attempts: number,
  answer?: Pick<Answer, 'headers'>,
): FailedCall => ({ call, method, url, requestId: requestIdOf(answer) ?? requestId, attempts })

/** What hooks are told of an attempt. */
export const requestFacts = ({ call, method, url, requestId }: Run, attempt: number): RequestFacts => ({
  call,
  method,
  url,
  attempt,
  requestId,
})

/** The request id that an answer names. */
export function requestIdOf(answer: Pick<Answer, 'headers'> | undefined): string | undefined {
  const id = answer?.headers['x-request-id']
  return typeof id === 'string' ? id : undefined
}
