import type { Hooks, Logger, Validation } from './options.ts'
import type { Backoff } from './retry-timing.ts'

/** What all calls of a client share: where they go, and what holds for those that say nothing else. */
export interface Settings {
  /** Scheme, host and port. */
  origin: string
  /** What stands before each path, without a slash at its end. */
  basePath: string
  /**
   * Names in lower case. `x-request-id` is among them, empty unless the caller chose one: a header that each call only
   * has to fill in costs much less than one that it adds.
   */
  headers: Readonly<Record<string, string>>
  /** A new request id. */
  nextRequestId: () => string
  traceparent: () => string | undefined
  timeoutMs: number
  attemptTimeoutMs: number
  maxRetries: number
  validate: Validation
  backoff: Backoff
  hooks: Hooks
  logger: Logger | undefined
  random: () => number
}
