/** Ends what takes too long. */
export interface TimeLimit {
  /** Aborted with a `TimeoutError` when the time is over, or as the other signal is. */
  readonly signal: AbortSignal
  /** To be called when what it was for is over. */
  release(): void
}

/**
 * Limits how long something takes. `AbortSignal.any([AbortSignal.timeout(ms), signal])` does not: nothing holds on to that timeout, which
 * is then collected as garbage and never fires (https://github.com/nodejs/node/issues/57736).
 *
 * @param ms in milliseconds.
 * @param other ends it as well.
 */
export function limitTime(ms: number, other?: AbortSignal): TimeLimit {
  const controller = new AbortController()
  const abort = () => controller.abort(other?.reason)
  const timer = setTimeout(
    () => controller.abort(new DOMException(`Not done within ${ms} ms`, 'TimeoutError')),
    ms,
  )
  if (other?.aborted) abort()
  other?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer)
      other?.removeEventListener('abort', abort)
    },
  }
}
