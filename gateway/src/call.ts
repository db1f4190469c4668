import type { Dispatcher } from 'undici'
import errors from 'undici/lib/core/errors.js'
import type { Permit } from './breaker.ts'
import type { FailureKind } from './metrics.ts'
import type { Upstream } from './upstreams.ts'

/** What is asked of a service. */
export interface CallRequest {
  method: string
  /** Path and query, as they came. */
  path: string
  /** Names and values in turn. */
  headers: string[]
  body: Buffer | null
}

/** Why there is no answer, or no more of it; `refused` is a request that cannot be sent at all. */
export type CallFailure = { kind: FailureKind | 'refused'; error: Error }

/** Takes the answer. After `onEnd` or `onFailure` nothing more comes, and after `abandon` nothing at all. */
export interface Receiver {
  /** @param headers names and values in turn, as they came. */
  onHeaders(status: number, headers: Buffer[]): void
  /** @returns false to hold the answer back until `resume`. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  onFailure(failure: CallFailure): void
}

/** A call under way. */
export interface Call {
  /** Goes on with an answer that was held back. */
  resume(): void
  /** Nobody waits for the answer any more. A trial is seen through to its end all the same. */
  abandon(): void
}

/**
 * Calls a service, with the leave of its breaker, and tells the breaker what came of it: a status of 500 and above is a
 * failure, and so is no answer in time, or one that is lost. An answer that is still coming in when its time is over is
 * a success, for a long list takes long.
 *
 * A GET or HEAD is sent once more where a connection that had been kept alive turns out closed before any answer.
 */
export function callUpstream(
  upstream: Upstream,
  permit: Permit,
  request: CallRequest,
  receiver: Receiver,
): Call {
  const { service, traffic, metrics, timeoutMs } = upstream
  const startedAtMs = performance.now()
  let phase: 'waiting' | 'answering' | 'over' = 'waiting'
  let hasVerdict = false
  let isOverdue = false
  let isHeld = false
  let isAbandoned = false
  let isRepeatable = !permit.isTrial && (request.method === 'GET' || request.method === 'HEAD')
  let connection = permit.isTrial ? upstream.connections.open() : upstream.connections.take()
  let receivedBefore = connection.received()
  let controller: Dispatcher.DispatchController | undefined

  // Timers run before sockets are read, so an answer that has arrived while this process was busy gets its chance.
  const timer = setTimeout(() => setImmediate(onTimeout), timeoutMs)

  function onTimeout(): void {
    if (phase === 'over') return
    if (phase === 'waiting') fail('timeout', new errors.HeadersTimeoutError())
    // A caller that takes its time is no fault of the service; else the next piece of the answer decides.
    else if (isHeld) succeed()
    else isOverdue = true
  }

  function succeed(): void {
    if (hasVerdict) return
    hasVerdict = true
    permit.succeed()
  }

  function condemn(kind: FailureKind): void {
    if (hasVerdict) return
    hasVerdict = true
    traffic.countFailure()
    metrics.observeFailure(service, kind)
    permit.fail()
  }

  function finish(): void {
    phase = 'over'
    clearTimeout(timer)
    traffic.recordLatency(performance.now() - startedAtMs)
  }

  function fail(kind: FailureKind, error: Error): void {
    finish()
    condemn(kind)
    connection.discard()
    if (!isAbandoned) receiver.onFailure({ kind, error })
  }

  const handler: Dispatcher.DispatchHandler = {
    // Nothing is aborted by it: a call that is given up takes its connection with it.
    onRequestStart: (given) => {
      controller = given
    },
    onResponseStart: ({ rawHeaders }, status) => {
      if (status < 200) return
      phase = 'answering'
      if (status >= 500) condemn('status')
      // The service's own spelling, and values of one name apart, which the parsed headers do not keep.
      if (!isAbandoned) receiver.onHeaders(status, rawHeaders as Buffer[])
    },
    onResponseData: (_controller, chunk) => {
      if (isOverdue) succeed()
      isHeld = !isAbandoned && !receiver.onData(chunk)
      if (isHeld) controller?.pause()
    },
    onResponseEnd: () => {
      finish()
      succeed()
      connection.release()
      if (!isAbandoned) receiver.onEnd()
    },
    onResponseError: (_controller, error) => {
      if (phase === 'over') return
      if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
        finish()
        connection.release()
        // Says nothing of the service, but a trial has to end.
        if (permit.isTrial) permit.fail()
        receiver.onFailure({ kind: 'refused', error })
      } else if (phase === 'answering') fail('cut', error)
      else if (isRepeatable && wasClosedBefore()) {
        isRepeatable = false
        connection.discard()
        connection = upstream.connections.open()
        send()
      } else fail(kindOf(error), error)
    },
  }

  /** Whether the connection had been kept from an earlier call, and has brought nothing since. */
  function wasClosedBefore(): boolean {
    const now = connection.received()
    return (
      receivedBefore !== undefined &&
      now?.socket === receivedBefore.socket &&
      now.bytes === receivedBefore.bytes
    )
  }

  function send(): void {
    receivedBefore = connection.received()
    connection.client.dispatch(request as Dispatcher.DispatchOptions, handler)
  }

  traffic.countRequest()
  send()

  return {
    resume: () => {
      isHeld = false
      controller?.resume()
    },
    abandon: () => {
      if (phase === 'over' || isAbandoned) return
      isAbandoned = true
      if (permit.isTrial) {
        if (isHeld) {
          isHeld = false
          controller?.resume()
        }
        return
      }
      phase = 'over'
      clearTimeout(timer)
      connection.discard()
    },
  }
}

/** What the error of a call that brought no answer says of its service. */
function kindOf(error: Error & { syscall?: string }): FailureKind {
  if (error instanceof errors.ConnectTimeoutError) return 'timeout'
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo' ? 'unreachable' : 'lost'
}
