import type { ResponseHeaders, SdkError } from './errors.ts'
import type { OptionNames } from './known-options.ts'

/**
 * What happens to an answer that breaks the contract: `strict` raises a `ContractError`, `warn` logs it and hands the
 * answer over as it is, `off` does not look.
 */
export type Validation = 'strict' | 'warn' | 'off'

/** What every call takes. What is not given comes from the client. */
export interface CallOptions {
  /** Ends the call with an `AbortError`. */
  signal?: AbortSignal | undefined
  /** How long the whole call may take, retries and the waits between them included, in milliseconds. Default: 30 000. */
  timeoutMs?: number | undefined
  /** How long one attempt may take before it is given up and retried, in milliseconds. Default: 10 000. */
  attemptTimeoutMs?: number | undefined
  /** How often a failed attempt is repeated where that is safe. Default: 2. */
  maxRetries?: number | undefined
  /** The `Idempotency-Key`. A POST that is given none gets a new one, the same for all its attempts. */
  idempotencyKey?: string | undefined
  /** Headers besides, or instead of, those of the client. */
  headers?: Readonly<Record<string, string>> | undefined
  /** What to do with an answer that breaks the contract. Default: `strict`. */
  validate?: Validation | undefined
}

/** The names of what a call takes. */
export const CALL_OPTIONS: OptionNames<CallOptions> = {
  signal: true,
  timeoutMs: true,
  attemptTimeoutMs: true,
  maxRetries: true,
  idempotencyKey: true,
  headers: true,
  validate: true,
}

/** Which request it is; part of every event of the hooks. */
export interface RequestFacts {
  /** The call as it stands in code, such as `users.create`. */
  call: string
  method: string
  url: string
  /** 1 for the first attempt. */
  attempt: number
  /** The `X-Request-Id` that all attempts of this call carry; the platform logs it. */
  requestId: string
}

/** Given to `onRequest` before each attempt. What it changes in `headers` is sent. */
export interface RequestEvent extends RequestFacts {
  headers: Record<string, string>
}

/** Given to `onResponse` after each attempt that was answered, whatever the status. */
export interface ResponseEvent extends RequestFacts {
  status: number
  headers: ResponseHeaders
  durationMs: number
}

/** Given to `onRetry` before the wait for the next attempt. */
export interface RetryEvent extends RequestFacts {
  /** Why this attempt failed. */
  error: SdkError
  /** How long until the next. */
  delayMs: number
}

/** What a client tells as it works. A hook may be asynchronous, and is awaited; what it throws ends the call. */
export interface Hooks {
  onRequest?: ((event: RequestEvent) => void | Promise<void>) | undefined
  onResponse?: ((event: ResponseEvent) => void | Promise<void>) | undefined
  onRetry?: ((event: RetryEvent) => void | Promise<void>) | undefined
}

/** What a client writes its log to; pino and `console` fit. Requests are `debug`; retries, and answers that break the contract but are let pass, `warn`. */
export interface Logger {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
}
