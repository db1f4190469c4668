import {
  isAbortError,
  isApiError,
  isCircuitOpenError,
  isConflictError,
  isConnectionError,
  isContractError,
  isNotFoundError,
  isTimeoutError,
  isValidationError,
} from '@msctl/sdk'
import { CALL_TIMEOUT_MS } from './call-request.ts'
import { Failure } from './failure.ts'
import type { ResourceName, Verb } from './resources.ts'

/** What was asked for. */
export interface Asked {
  readonly resource: ResourceName
  readonly verb: Verb
  readonly id?: number
}

/** What the explanation of a failed call needs besides the error. */
export interface CallFacts extends Asked {
  readonly url: string
  readonly signal: AbortSignal
}

/** What the gateway says of a service that it could not use. */
const SERVICE_STATUSES = new Set([502, 503, 504])

/** Explains an error of the SDK; what is none of its errors is given back as it is. */
export function toCallFailure(error: unknown, { resource, verb, id, url, signal }: CallFacts): unknown {
  const cause = { cause: error }
  if (isAbortError(error)) return signal.reason
  if (isConnectionError(error)) {
    const inner = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause
    const reason = inner instanceof Error ? inner.message : String(inner)
    // What the HTTP parser could not read was sent by something that is no HTTP server.
    const isOther = inner instanceof Error && inner.name === 'HTTPParserError'
    return new Failure(isOther ? 'not-the-platform' : 'unreachable', { url, reason }, cause)
  }
  if (isTimeoutError(error)) {
    return new Failure('no-answer', { url, seconds: CALL_TIMEOUT_MS / 1_000 }, cause)
  }
  if (isContractError(error)) {
    const reason = error.issues
      .map(({ path, message }) => (path ? `${path}: ${message}` : message))
      .join('; ')
    return new Failure('not-the-platform', { url, reason }, cause)
  }
  if (!isApiError(error)) return error

  const { status, requestId, problem } = error
  const detail =
    problem?.detail ?? problem?.title ?? (typeof error.body === 'string' ? '' : detailOf(error.body))
  if (isNotFoundError(error)) {
    // Where there is nothing that could be missing, or a page for people is the answer, it is another server.
    return id === undefined || typeof error.body === 'string'
      ? new Failure('not-the-platform', { url, reason: `${error.method} ${error.url}: 404` }, cause)
      : new Failure('not-found', { resource, id }, cause)
  }
  if (isConflictError(error)) return new Failure('conflict', { detail }, cause)
  if (isValidationError(error)) {
    return new Failure('invalid-fields', { detail, errors: error.errors, resource, verb }, cause)
  }
  if (isCircuitOpenError(error)) {
    const seconds = error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1_000)
    return new Failure('circuit-open', { service: error.service ?? resource, seconds }, cause)
  }
  if (SERVICE_STATUSES.has(status)) {
    return new Failure('service-failed', { service: problem?.service ?? resource, status, detail }, cause)
  }
  return new Failure('refused', { status, detail, requestId }, cause)
}

/** What other implementations of the platform say: `{"detail": …}` is a common form. */
function detailOf(body: unknown): string {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : body
  return typeof detail === 'string' ? detail : (JSON.stringify(detail) ?? '')
}
