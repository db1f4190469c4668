import type { FieldError, Problem, ProblemName } from './contract/index.ts'

/** Each error carries the names of its kinds here, so that the guards also know errors of another copy of this package. */
const KINDS = Symbol.for('@msctl/sdk/error-kinds')

/** Which call failed. */
export interface FailedCall {
  /** The call as it stands in code, such as `users.create`. */
  call: string
  method: string
  url: string
  /** The `X-Request-Id` under which the platform logged the request. */
  requestId: string
  /** How many attempts were made. */
  attempts: number
}

/** The headers of a response: names in lower case, several values of one name as an array. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** What came back, without the body. */
export interface HttpResponse {
  status: number
  headers: ResponseHeaders
}

/** What every error of this package is. */
export abstract class SdkError extends Error {
  /** What went wrong, in a form that does not change: compare this, not the message. */
  readonly code: string
  readonly call: string
  readonly method: string
  readonly url: string
  /** The `X-Request-Id` under which the platform logged the request. */
  readonly requestId: string
  /** How many attempts were made. */
  readonly attempts: number

  constructor(code: string, what: string, of: FailedCall, cause?: unknown) {
    const tries = of.attempts > 1 ? `, ${of.attempts} attempts` : ''
    super(
      `${of.method} ${of.url} ${what} (${of.call}, request ${of.requestId}${tries})`,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.call = of.call
    this.method = of.method
    this.url = of.url
    this.requestId = of.requestId
    this.attempts = of.attempts
  }

  override get name(): string {
    return this[KINDS][0] as string
  }

  get [KINDS](): readonly [string, ...string[]] {
    return ['SdkError']
  }

  /** The facts, for a log or for `--json`. */
  toJSON(): Record<string, unknown> {
    const facts: Record<string, unknown> = { name: this.name, message: this.message }
    return Object.assign(facts, this)
  }
}

/** The platform answered, with a status that is not 2xx. */
export class ApiError extends SdkError {
  readonly status: number
  /** The body, where it is the problem document that the contract promises (RFC 9457). */
  declare readonly problem: Problem | undefined
  /** The body, whatever it is: parsed where it is JSON, else the text. */
  declare readonly body: unknown
  declare readonly response: HttpResponse
  /** What the server asked for by `Retry-After`, in milliseconds. */
  declare readonly retryAfterMs: number | undefined

  constructor(of: FailedCall, answer: FailedAnswer) {
    const { code, status } = answer
    super(code, `answered ${status}${code === `http-${status}` ? '' : ` ${code}`}${describe(answer)}`, of)
    this.status = status
    if (answer.retryAfterMs !== undefined) this.retryAfterMs = answer.retryAfterMs
    // Kept out of sight, for an error that ends a script is printed with all that can be seen.
    hide(this, { problem: answer.problem, body: answer.body, response: answer.response })
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['ApiError', 'SdkError']
  }
}

/** 404: what was asked for does not exist. */
export class NotFoundError extends ApiError {
  declare readonly status: 404

  override get [KINDS](): readonly [string, ...string[]] {
    return ['NotFoundError', 'ApiError', 'SdkError']
  }
}

/** 409: it collides with what exists, such as an e-mail address that is taken. */
export class ConflictError extends ApiError {
  declare readonly status: 409

  override get [KINDS](): readonly [string, ...string[]] {
    return ['ConflictError', 'ApiError', 'SdkError']
  }
}

/** 422: the input is not acceptable; `errors` says where and why. */
export class ValidationError extends ApiError {
  declare readonly status: 422
  /** One entry a field: its path, empty for the body as a whole, and what is wrong with it. */
  readonly errors: FieldError[]

  constructor(of: FailedCall, answer: FailedAnswer) {
    super(of, answer)
    this.errors = answer.problem?.errors ?? []
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['ValidationError', 'ApiError', 'SdkError']
  }
}

/**
 * 429: more requests in a minute than the gateway lets through. None of it reached a service. `retryAfterMs` says when the next
 * minute begins; a call waits for that by itself where its deadline allows.
 */
export class RateLimitError extends ApiError {
  declare readonly status: 429

  override get [KINDS](): readonly [string, ...string[]] {
    return ['RateLimitError', 'ApiError', 'SdkError']
  }
}

/** 503 because a circuit is open: the gateway does not even try to reach the service until `retryAfterMs` have passed. */
export class CircuitOpenError extends ApiError {
  declare readonly status: 503
  /** The service whose circuit is open. */
  readonly service: string | undefined

  constructor(of: FailedCall, answer: FailedAnswer) {
    super(of, answer)
    this.service = answer.problem?.service
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['CircuitOpenError', 'ApiError', 'SdkError']
  }
}

/** No answer came: the connection could not be made, or was lost before the answer was complete. `cause` says why. */
export class ConnectionError extends SdkError {
  declare readonly code: 'connection-failed' | 'client-closed'
  /** The code of the cause, such as `ECONNREFUSED`; its name where it has no code. */
  readonly causeCode: string | undefined

  constructor(of: FailedCall, cause: unknown, code: ConnectionError['code'] = 'connection-failed') {
    const { code: causeCode, message } = rootOf(cause)
    super(code, `got no answer: ${message}`, of, cause)
    this.causeCode = causeCode
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['ConnectionError', 'SdkError']
  }
}

/** The time that the call, or its last attempt, was given passed without a complete answer. */
export class TimeoutError extends SdkError {
  declare readonly code: 'timeout'
  /** The time limit that was exceeded, in milliseconds. */
  readonly timeoutMs: number

  /** @param cause why the attempt before failed, if there was one. */
  constructor(of: FailedCall, timeoutMs: number, cause?: unknown, what = 'got no complete answer') {
    super('timeout', `${what} within ${timeoutMs} ms`, of, cause)
    this.timeoutMs = timeoutMs
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['TimeoutError', 'SdkError']
  }
}

/** The caller's `signal` ended the call; `cause` is the signal's reason. */
export class AbortError extends SdkError {
  declare readonly code: 'aborted'

  constructor(of: FailedCall, reason: unknown) {
    super('aborted', 'was aborted by the caller', of, reason)
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['AbortError', 'SdkError']
  }
}

/** Where an answer breaks the contract, and how. */
export interface ContractIssue {
  /** The path to the value, such as `[3].email`; empty for the answer as a whole. */
  path: string
  message: string
}

/** The platform answered with success, and with something that the contract does not allow. */
export class ContractError extends SdkError {
  /** `bad-json`: the body is not JSON. `bad-shape`: it is, but of another shape. `too-large`: more than the client takes. */
  declare readonly code: 'bad-json' | 'bad-shape' | 'too-large'
  /** Where and how. */
  readonly issues: ContractIssue[]
  /** The body: parsed where it is JSON, else the text. */
  declare readonly body: unknown
  declare readonly response: HttpResponse

  constructor(
    of: FailedCall,
    {
      code,
      issues,
      body,
      response,
      cause,
    }: {
      code: ContractError['code']
      issues: ContractIssue[]
      body: unknown
      response: HttpResponse
      cause?: unknown
    },
  ) {
    super(code, `answered ${response.status}, but broke the contract: ${summarise(issues)}`, of, cause)
    this.issues = issues
    hide(this, { body, response })
  }

  override get [KINDS](): readonly [string, ...string[]] {
    return ['ContractError', 'SdkError']
  }
}

/** What an `ApiError` is made from. */
export interface FailedAnswer {
  code: ProblemName | (string & {})
  status: number
  problem: Problem | undefined
  body: unknown
  response: HttpResponse
  retryAfterMs: number | undefined
  /** What to say instead of what the body says. */
  detail?: string
}

const guard =
  <T extends SdkError>(kind: string) =>
  (error: unknown): error is T =>
    typeof error === 'object' && error !== null && KINDS in error && (error[KINDS] as string[]).includes(kind)

/** Whether it is any error of this package. This and the other guards also hold across copies of the package. */
export const isSdkError = guard<SdkError>('SdkError')
/** Whether the platform answered with a status that is not 2xx. */
export const isApiError = guard<ApiError>('ApiError')
/** Whether it is a 404. */
export const isNotFoundError = guard<NotFoundError>('NotFoundError')
/** Whether it is a 409. */
export const isConflictError = guard<ConflictError>('ConflictError')
/** Whether it is a 422. */
export const isValidationError = guard<ValidationError>('ValidationError')
/** Whether it is a 429. */
export const isRateLimitError = guard<RateLimitError>('RateLimitError')
/** Whether it is a 503 because of an open circuit. */
export const isCircuitOpenError = guard<CircuitOpenError>('CircuitOpenError')
/** Whether no answer came. */
export const isConnectionError = guard<ConnectionError>('ConnectionError')
/** Whether the time was up. */
export const isTimeoutError = guard<TimeoutError>('TimeoutError')
/** Whether the caller's signal ended the call. */
export const isAbortError = guard<AbortError>('AbortError')
/** Whether the answer broke the contract. */
export const isContractError = guard<ContractError>('ContractError')

const MAX_QUOTE_LENGTH = 200

function describe({ detail, problem, body }: FailedAnswer): string {
  const text = detail ?? problem?.detail ?? problem?.title ?? detailOf(body)
  return text === ''
    ? ''
    : `: ${text.length > MAX_QUOTE_LENGTH ? `${text.slice(0, MAX_QUOTE_LENGTH)}…` : text}`
}

/** Other implementations of the platform answer errors in other forms; `{"detail": …}` is a common one. */
function detailOf(body: unknown): string {
  if (typeof body === 'string') return body.trim()
  if (body === undefined) return ''
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : body
  return typeof detail === 'string' ? detail : JSON.stringify(detail)
}

const SUMMARY_LENGTH = 3

function summarise(issues: ContractIssue[]): string {
  const shown = issues
    .slice(0, SUMMARY_LENGTH)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
  const more = issues.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

/** Of the several failures that one connection attempt can have (IPv4, IPv6), the first says what is the matter. */
function rootOf(cause: unknown): { code: string | undefined; message: string } {
  const first = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause
  if (!(first instanceof Error)) return { code: undefined, message: String(first) }
  const { code } = first as NodeJS.ErrnoException
  const inner = first.cause instanceof Error ? first.cause.message : undefined
  return { code: code ?? (first.name === 'Error' ? undefined : first.name), message: inner ?? first.message }
}

function hide(error: SdkError, facts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(facts))
    Object.defineProperty(error, name, { value, enumerable: false })
}
