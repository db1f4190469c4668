import { type ApiPromise, type CacheStatus, isApiError, isCircuitOpenError, isSdkError } from '@msctl/sdk'

/** What came of a call, as a value: in a scenario, a refusal is as good an answer as any. */
export interface Answer<T> {
  /** Null when there was none. */
  readonly status: number | null
  readonly data: T | undefined
  readonly cache: CacheStatus | undefined
  /** Whether the gateway refused it because of an open circuit, without trying the service. */
  readonly wasRefused: boolean
  /** What `Retry-After` says, in milliseconds. */
  readonly retryAfterMs: number | undefined
  readonly durationMs: number
}

/** Waits for what comes of a call. @throws what is no failure of a call, such as a mistake in the sheet. */
export async function answerTo<T>(call: ApiPromise<T>): Promise<Answer<T>> {
  const began = performance.now()
  const nothing = { data: undefined, cache: undefined, wasRefused: false, retryAfterMs: undefined }
  try {
    const { data, response, cache, timings } = await call.withResponse()
    return { ...nothing, status: response.status, data, cache, durationMs: timings.attemptMs }
  } catch (error) {
    const durationMs = performance.now() - began
    if (isApiError(error)) {
      const { status, retryAfterMs } = error
      return { ...nothing, status, wasRefused: isCircuitOpenError(error), retryAfterMs, durationMs }
    }
    if (isSdkError(error)) return { ...nothing, status: null, durationMs }
    throw error
  }
}

/** Makes a call several times, one after the other. */
export async function inTurn<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let index = 0; index < times; index++) all.push(await work(index))
  return all
}

/** Makes many calls, so many at a time. When one rejects, no more are begun, and those under way are waited for. */
export async function inParallel<T>(
  { times, concurrency }: { readonly times: number; readonly concurrency: number },
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const all: T[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < times; index = next++) {
      all[index] = await work(index).catch((error: unknown) => {
        next = times
        throw error
      })
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(times, concurrency) }, lane))
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason
  return all
}
