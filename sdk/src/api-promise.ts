import type { HttpResponse } from './errors.ts'

/** How long a call took, in milliseconds. */
export interface Timings {
  /** From the call to its result, waits between attempts included. */
  totalMs: number
  /** From sending the last attempt to the headers of its answer. */
  firstByteMs: number
  /** From sending the last attempt to the end of its answer. */
  attemptMs: number
  /** Spent waiting between attempts. */
  waitedMs: number
}

/** What the platform's cache had to do with a read by id. `BYPASS`: the cache was away. */
export type CacheStatus = 'HIT' | 'MISS' | 'BYPASS'

/** A result with what is known about how it came about. */
export interface ApiResponse<T> {
  data: T
  /** Status and headers (names in lower case). */
  response: HttpResponse
  /** The `X-Request-Id` under which the platform logged the request. */
  requestId: string
  /** How many attempts it took. */
  attempts: number
  timings: Timings
  /** What `X-Cache` said; `undefined` for calls that no cache serves. */
  cache: CacheStatus | undefined
}

/** A promise of a call's data. The request is on its way when one has it, awaited or not. */
export interface ApiPromise<T> extends Promise<T> {
  /** The data with the response's status and headers, the request id, the attempts, the timings and the cache's part. */
  withResponse(): Promise<ApiResponse<T>>
}

/**
 * It is a promise of the native kind, so that `await` keeps the caller in an error's stack.
 */
export function toApiPromise<T>(outcome: Promise<ApiResponse<T>>): ApiPromise<T> {
  const data = outcome.then(toData)
  return Object.assign(data, {
    withResponse() {
      // The caller learns of a failure through the other promise; nobody may be listening to this one.
      data.catch(ignore)
      return outcome
    },
  })
}

const toData = <T>({ data }: ApiResponse<T>): T => data
const ignore = () => undefined
