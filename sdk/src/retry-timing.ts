/** How the waits between attempts grow. */
export interface Backoff {
  /** The longest wait before the first retry, in milliseconds; it doubles with each further one. Default: 250. */
  baseMs: number
  /** What no wait grows beyond, in milliseconds, unless the server asks for more. Default: 8 000. */
  capMs: number
}

/** How waits grow for clients that say nothing else. */
export const DEFAULT_BACKOFF: Backoff = { baseMs: 250, capMs: 8000 }

/**
 * How long to wait before the next attempt, in milliseconds. Exponential with full jitter: a random share of the whole
 * wait, so that many clients that failed together do not come back together. What the server asks for by `Retry-After`
 * is waited in full, with the jitter on top.
 *
 * @param options.attempt the attempt that failed; 1 for the first.
 * @param options.retryAfterMs what the server asked for, if it did.
 * @param options.remainingMs what is left until the caller's deadline.
 * @param options.random a number from 0 up to, not including, 1.
 * @returns `undefined` where the wait would outlast the deadline: then there is no point in waiting at all.
 */
export function retryDelay({
  attempt,
  retryAfterMs,
  remainingMs,
  random,
  backoff,
}: {
  attempt: number
  retryAfterMs: number | undefined
  remainingMs: number
  random: number
  backoff: Backoff
}): number | undefined {
  const jitterMs = random * Math.min(backoff.capMs, backoff.baseMs * 2 ** (attempt - 1))
  if (retryAfterMs === undefined) return jitterMs < remainingMs ? jitterMs : undefined
  if (retryAfterMs >= remainingMs) return undefined
  // Jitter is a courtesy: it must not be what makes the call miss its deadline.
  return retryAfterMs + jitterMs < remainingMs ? retryAfterMs + jitterMs : retryAfterMs
}

const WHOLE_SECONDS = /^\d+$/
const HTTP_DATE = /^[A-Z][a-z]{2,8}, /

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): whole seconds, or a date.
 *
 * @returns milliseconds from `now`, never below 0; `undefined` for a header that is absent or unreadable.
 */
export function parseRetryAfter(
  header: string | string[] | undefined,
  now: number = Date.now(),
): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim()
  if (text === undefined) return undefined
  if (WHOLE_SECONDS.test(text)) return Number(text) * 1000
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0)
}
