import type { ServerResponse } from 'node:http'

/** How late the event loop may be, and how often that is looked at, in milliseconds. */
const MAX_LATENESS_MS = 100
const LOOK_INTERVAL_MS = 20

/** Keeps the gateway from taking on more than it can do soon. */
export interface Overload {
  /** Whether there is too much to do already. */
  isFull(): boolean
  /** Lets a request in until its answer has ended. @returns false where there is too much to do already. */
  enter(response: ServerResponse): boolean
  close(): void
}

/**
 * @param options.maxInFlight how many requests may be under way at once; half as many while the event loop is late, and never
 * none, since it may be others that keep the machine busy.
 */
export function createOverload({ maxInFlight }: { maxInFlight: number }): Overload {
  const mostWhenLate = Math.ceil(maxInFlight / 2)
  let inFlight = 0
  let isLate = false
  let dueAtMs = performance.now() + LOOK_INTERVAL_MS
  const timer = setInterval(() => {
    const nowMs = performance.now()
    isLate = nowMs - dueAtMs > MAX_LATENESS_MS
    dueAtMs = nowMs + LOOK_INTERVAL_MS
  }, LOOK_INTERVAL_MS)
  timer.unref()
  const leave = () => {
    inFlight -= 1
  }
  const isFull = () => inFlight >= (isLate ? mostWhenLate : maxInFlight)
  return {
    isFull,
    enter: (response) => {
      if (isFull()) return false
      inFlight += 1
      response.once('close', leave)
      return true
    },
    close: () => clearInterval(timer),
  }
}
