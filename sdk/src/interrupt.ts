/** What bounds a piece of waiting. */
export interface Limits {
  /** In milliseconds; `Infinity` for no limit. */
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Why waiting ended before its time. */
export type Interruption = 'timeout' | 'aborted'

/** The longest time that `setTimeout` can count, in milliseconds; beyond, it would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647

/**
 * Calls back once, when the time is up or the caller aborts; at once, before it returns, where the caller has aborted
 * already. Leaves nothing behind then.
 *
 * @returns stops watching. Must be called when the wait ends otherwise, or a timer stays behind.
 */
export function onInterrupt(
  { timeoutMs, signal }: Limits,
  interrupt: (why: Interruption) => void,
): () => void {
  if (signal?.aborted) {
    interrupt('aborted')
    return ignore
  }
  const stop = () => {
    clearTimeout(timer)
    stopListening?.()
  }
  const abort = () => {
    stop()
    interrupt('aborted')
  }
  const timer = timeoutMs <= MAX_TIMER_MS ? setTimeout(expire, Math.max(timeoutMs, 0)) : undefined
  function expire() {
    stop()
    interrupt('timeout')
  }
  const stopListening = signal === undefined ? undefined : onAbort(signal, abort)
  return stop
}

/** Who waits for a signal, and the one listener that tells them all. */
interface Waiting {
  callbacks: Set<() => void>
  tellAll: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

function createWaiting(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>()
  const created = {
    callbacks,
    tellAll: () => {
      for (const callback of callbacks) callback()
    },
  }
  waiting.set(signal, created)
  return created
}

/**
 * Calls back when the signal aborts. A signal has one listener, however many calls share it: of more than ten Node warns
 * as of a leak.
 *
 * @returns stops listening.
 */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, tellAll } = waiting.get(signal) ?? createWaiting(signal)
  if (callbacks.size === 0) signal.addEventListener('abort', tellAll)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size === 0) signal.removeEventListener('abort', tellAll)
  }
}

const ignore = () => undefined

/** Waits for a time, or until the signal ends the wait; says which. */
export const sleep = (timeoutMs: number, signal: AbortSignal | undefined): Promise<Interruption> =>
  new Promise((resolve) => {
    onInterrupt({ timeoutMs, signal }, resolve)
  })
