import type { Dispatcher } from 'undici'
import type { ResponseHeaders } from './errors.ts'
import { type Interruption, type Limits, onInterrupt } from './interrupt.ts'

/** A request as it goes over the wire. */
interface WireRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

/** A complete answer. */
export interface Answer {
  kind: 'answer'
  status: number
  headers: ResponseHeaders
  body: string
  /** When the headers were here, on the clock of `performance.now()`. */
  headersAt: number
}

/** What can become of a request. */
export type Sent =
  | Answer
  | { kind: Interruption }
  | { kind: 'lost'; cause: Error }
  | { kind: 'too-large'; status: number; headers: ResponseHeaders }

/** Sends a request and reads the answer to its end. Rejects only what cannot be sent at all, with a `TypeError`. */
export type Send = (request: WireRequest, limits: Limits) => Promise<Sent>

/**
 * The one place that talks to undici. It dispatches rather than calls `request`, which would make a stream of each body
 * only for us to read it to its end.
 *
 * @param options.origin scheme, host and port.
 * @param options.maxBodyBytes the largest body that is read; the connection of a larger one is given up.
 */
export const createSend =
  ({
    dispatcher,
    origin,
    maxBodyBytes,
  }: {
    dispatcher: Pick<Dispatcher, 'dispatch'>
    origin: string
    maxBodyBytes: number
  }): Send =>
  ({ method, path, headers, body }, limits) =>
    new Promise<Sent>((resolve, reject) => {
      let isSettled = false
      let connection: Dispatcher.DispatchController | undefined
      let status = 0
      let responseHeaders: ResponseHeaders = {}
      let headersAt = 0
      let length = 0
      const chunks: Buffer[] = []

      const stop = onInterrupt(limits, (why) => abandon({ kind: why }))
      if (isSettled) return

      function settle(sent: Sent): void {
        if (isSettled) return
        isSettled = true
        stop()
        resolve(sent)
      }

      // The caller is told at once. A request that still waits for its connection is dropped as soon as it gets one.
      function abandon(sent: Sent): void {
        isSettled = true
        resolve(sent)
        connection?.abort(GIVEN_UP)
      }

      function refuse(cause: Error): void {
        if (isSettled) return
        isSettled = true
        stop()
        reject(new TypeError(`The request cannot be sent: ${cause.message}`, { cause }))
      }

      const options: Dispatcher.DispatchOptions = {
        origin,
        method: method as Dispatcher.HttpMethod,
        path,
        headers,
        body: body ?? null,
        // The limits above hold for all of it.
        headersTimeout: 0,
        bodyTimeout: 0,
      }
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(controller) {
          connection = controller
          if (isSettled) controller.abort(GIVEN_UP)
        },
        onResponseStart(_controller, statusCode, received) {
          if (statusCode < 200) return
          headersAt = performance.now()
          status = statusCode
          responseHeaders = received
        },
        onResponseData(_controller, chunk) {
          length += chunk.length
          if (length <= maxBodyBytes) {
            chunks.push(chunk)
          } else if (!isSettled) {
            stop()
            abandon({ kind: 'too-large', status, headers: responseHeaders })
          }
        },
        onResponseEnd() {
          settle({ kind: 'answer', status, headers: responseHeaders, body: toText(chunks), headersAt })
        },
        onResponseError(_controller, cause) {
          if ((cause as NodeJS.ErrnoException).code === 'UND_ERR_INVALID_ARG') refuse(cause)
          else settle({ kind: 'lost', cause })
        },
      }
      try {
        dispatcher.dispatch(options, handler)
      } catch (cause) {
        // A dispatcher of another make, such as one of an older undici.
        refuse(cause as Error)
      }
    })

function toText(chunks: Buffer[]): string {
  const [only] = chunks
  if (only === undefined) return ''
  return chunks.length === 1 ? only.toString() : Buffer.concat(chunks).toString()
}

/** One error for all, since nobody sees it: an error made for each would cost a stack each. */
const GIVEN_UP = new Error('The caller no longer waits for this answer')
