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
    signal?.removeEventListener('abort', abort)
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
  signal?.addEventListener('abort', abort)
  return stop
}

const ignore = () => undefined

/** Waits for a time, or until the signal ends the wait; says which. */
export const sleep = (timeoutMs: number, signal: AbortSignal | undefined): Promise<Interruption> =>
  new Promise((resolve) => {
    onInterrupt({ timeoutMs, signal }, resolve)
  })
