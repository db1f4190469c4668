import { isApiError, isConnectionError, isTimeoutError, type SdkError } from './errors.ts'

/** What says that the same request may succeed soon (contract: too many, unreachable, unavailable, timed out). */
const TRANSIENT_STATUSES = new Set([429, 502, 503, 504])

/** Connection failures that another attempt would only repeat: not HTTP, not to be trusted, or closed by ourselves. */
const PERMANENT_CAUSE =
  /^(HTTPParserError$|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|UND_ERR_(CLOSED|DESTROYED)$)/

/** Whether the failure may pass by itself. Whether the request may be repeated is `isRepeatable`'s to say. */
export function isTransient(error: SdkError): boolean {
  if (isApiError(error)) return TRANSIENT_STATUSES.has(error.status)
  if (isConnectionError(error)) return !PERMANENT_CAUSE.test(error.causeCode ?? '')
  return isTimeoutError(error)
}

const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/** Whether a request can be sent twice and take effect once: by its method (RFC 9110, 9.2.2), or by its idempotency key. */
export const isRepeatable = (method: string, headers: Readonly<Record<string, string>>): boolean =>
  IDEMPOTENT_METHODS.has(method) || headers['idempotency-key'] !== undefined

/** Connection failures that happen before anything is sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** Whether the failed attempt may have taken effect all the same, its answer being lost. */
export function mayHaveTakenEffect(error: SdkError): boolean {
  if (isApiError(error)) return error.status === 502 || error.status === 504
  if (isConnectionError(error)) return !NEVER_SENT.has(error.causeCode ?? '')
  return true
}
