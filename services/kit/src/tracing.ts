import { randomFillSync, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const REQUEST_ID = /^[\w.:-]{1,128}$/
// Versions after 00 may append to it.
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|(?<!^00.{53})-)/

/** The caller's `X-Request-Id` where it is well-formed (1 to 128 letters, digits and `_ . : -`), else a new UUID. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

/** The caller's `traceparent` (W3C Trace Context) where it is well-formed, else `undefined`. */
export function traceparentOf({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined
}

/** The id of the trace that a well-formed `traceparent` names. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)

/** A trace and its first span: 16 and 8 bytes. */
const IDS_BYTES = 24

// Random bytes are drawn for many traces at once: to ask the system for each costs more than all else here.
const entropy = Buffer.alloc(IDS_BYTES * 128)
let used = entropy.length

/** Begins a trace, for a request that came without one. It is marked as sampled. */
export function newTraceparent(): string {
  if (used === entropy.length) {
    randomFillSync(entropy)
    used = 0
  }
  const ids = entropy.toString('hex', used, used + IDS_BYTES)
  used += IDS_BYTES
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`
}
