import { type ApiResponse, type CacheStatus, toApiPromise } from './api-promise.ts'
import { createAttempt } from './attempt.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { AbortError, ConnectionError, isApiError, type SdkError } from './errors.ts'
import { sleep } from './interrupt.ts'
import type { CallOptions } from './options.ts'
import { failureOf, readData } from './outcome.ts'
import { isRepeatable, isTransient, mayHaveTakenEffect } from './retry.ts'
import { retryDelay } from './retry-timing.ts'
import { beginRun, failedCall, type Run, requestFacts, requestIdOf } from './run.ts'
import type { Semaphore } from './semaphore.ts'
import type { Settings } from './settings.ts'
import type { Answer, Send } from './transport.ts'

/**
 * Makes calls: attempt after attempt, as long as that is safe, useful and within the deadline.
 *
 * @param options.onIdle called whenever no call is under way any more.
 * @returns `close` refuses calls from then on, and resolves when those under way have ended.
 */
export function createCall({
  send,
  semaphore,
  settings,
  onIdle = () => undefined,
}: {
  send: Send
  semaphore: Semaphore
  settings: Settings
  onIdle?: (() => void) | undefined
}): { call: Call; close: () => Promise<void> } {
  const { logger, hooks, backoff, random } = settings
  const makeAttempt = createAttempt({ send, semaphore, hooks, logger })
  let underWay = 0
  let isClosed = false
  let reportIdle: (() => void) | undefined

  async function perform<T>(
    endpoint: Endpoint<T>,
    options: CallOptions,
    begunAt: number | undefined,
  ): Promise<ApiResponse<T>> {
    const run = beginRun(endpoint, options, settings, begunAt)
    if (isClosed) throw new ConnectionError(failedCall(run, 0), 'this client is closed', 'client-closed')
    underWay += 1
    try {
      return await runAttempts(endpoint, options, run)
    } finally {
      underWay -= 1
      if (underWay === 0) {
        onIdle()
        reportIdle?.()
      }
    }
  }

  async function runAttempts<T>(
    endpoint: Endpoint<T>,
    options: CallOptions,
    run: Run,
  ): Promise<ApiResponse<T>> {
    const { validate = settings.validate, maxRetries = settings.maxRetries } = options
    const { acceptedStatus } = endpoint
    let waitedMs = 0
    let earlier: SdkError | undefined
    let mayBeDone = false

    for (let attempt = 1; ; attempt += 1) {
      const { sent, sentAt } = await makeAttempt(run, attempt)
      const error = failureOf(sent, { run, attempt, acceptedStatus, earlier })
      if (error === undefined || (mayBeDone && isGone(run, error))) {
        const answer = sent as Answer
        const data =
          error === undefined
            ? readData(answer, { endpoint, run, attempt, validate, logger })
            : (undefined as T)
        return respond(data, answer, { run, attempt, sentAt, waitedMs })
      }

      const delayMs =
        attempt <= maxRetries && isTransient(error) && isRepeatable(run.method, run.headers)
          ? retryDelay({
              attempt,
              retryAfterMs: isApiError(error) ? error.retryAfterMs : undefined,
              remainingMs: run.deadline - performance.now(),
              random: random(),
              backoff,
            })
          : undefined
      if (delayMs === undefined) throw error

      const facts = requestFacts(run, attempt)
      logger?.warn(
        { ...facts, delayMs, code: error.code },
        `Trying again in ${Math.round(delayMs)} ms: ${error.message}`,
      )
      if (hooks.onRetry !== undefined) await hooks.onRetry({ ...facts, error, delayMs })
      if ((await sleep(delayMs, run.signal)) === 'aborted') {
        throw new AbortError(failedCall(run, attempt), run.signal?.reason)
      }
      waitedMs += delayMs
      earlier = error
      mayBeDone ||= mayHaveTakenEffect(error)
    }
  }

  return {
    call: (endpoint, options = {}, begunAt = undefined) => toApiPromise(perform(endpoint, options, begunAt)),
    async close() {
      isClosed = true
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          reportIdle = resolve
        })
      }
    },
  }
}

/** A DELETE whose first attempt lost its answer finds nothing at the second: then what was asked for is done. */
const isGone = ({ method }: Run, error: SdkError): boolean =>
  method === 'DELETE' && isApiError(error) && error.status === 404

const CACHE_STATUSES: readonly unknown[] = ['HIT', 'MISS', 'BYPASS'] satisfies CacheStatus[]

function respond<T>(
  data: T,
  answer: Answer,
  { run, attempt, sentAt, waitedMs }: { run: Run; attempt: number; sentAt: number; waitedMs: number },
): ApiResponse<T> {
  const endedAt = performance.now()
  const { status, headers } = answer
  const cache = headers['x-cache']
  return {
    data,
    response: { status, headers },
    requestId: requestIdOf(answer) ?? run.requestId,
    attempts: attempt,
    timings: {
      totalMs: endedAt - run.startedAt,
      firstByteMs: answer.headersAt - sentAt,
      attemptMs: endedAt - sentAt,
      waitedMs,
    },
    cache: CACHE_STATUSES.includes(cache) ? (cache as CacheStatus) : undefined,
  }
}
