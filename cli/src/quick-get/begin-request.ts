import { get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { SIGNAL_NAMES, type SignalName } from '../signals.ts'

/** A request that has been made, for whoever makes of it what could not be made of it at once. */
export interface BegunRequest {
  /** The gateway's address, without a slash at its end. */
  readonly gateway: string
  readonly headers: Readonly<Record<string, string>>
  /** On the clock of `process.uptime()`, in seconds: `performance` takes a millisecond to load. */
  readonly startedAt: number
  readonly socket: Socket
  /** What has been received on it. */
  readonly bytes: readonly Buffer[]
  /** How long it took, in milliseconds, if it was answered. */
  readonly tookMs?: number | undefined
  /** What has asked the command to end meanwhile. */
  readonly signal?: SignalName | undefined
}

/** A complete answer. */
export interface Received {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** In milliseconds. */
  readonly tookMs: number
}

/** What came of a request. */
export interface Ended {
  /** Not there where there is no answer, or not all of it, or too much. */
  readonly received?: Received | undefined
  /** Not there where nothing can have been sent. */
  readonly begun: BegunRequest | undefined
}

/** The largest answer that is taken, in bytes: far more than any object has. */
const MAX_BYTES = 1_000_000

/**
 * Makes a GET request by `node:http`, which Node loads much faster than we load undici. Waits for its answer, its failure,
 * the end of the time or a signal.
 */
export function beginRequest(
  gateway: string,
  path: string,
  { headers, timeoutMs }: { readonly headers: BegunRequest['headers']; readonly timeoutMs: number },
): Promise<Ended> {
  const startedAt = process.uptime()
  return new Promise((resolve) => {
    const bytes: Buffer[] = []
    let socket: Socket | undefined
    // Only the first end counts, so that what comes later can be left to come.
    const end = (received?: Received, signal?: SignalName) => {
      const tookMs = received?.tookMs
      const begun = socket && { gateway, headers, startedAt, socket, bytes, tookMs, signal }
      resolve({ received, begun })
    }
    for (const name of SIGNAL_NAMES) process.on(name, () => end(undefined, name))
    setTimeout(end, timeoutMs).unref()

    const answered = (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      let length = 0
      response
        .on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          length += chunk.length
          if (length > MAX_BYTES) end()
        })
        .on('end', () => {
          const { statusCode, headers: received } = response
          const body = Buffer.concat(chunks).toString()
          const tookMs = (process.uptime() - startedAt) * 1_000
          end({ status: statusCode, headers: received, body, tookMs })
        })
        .on('error', () => undefined) // "close" comes, too
    }
    get(gateway + path, { headers, agent: false }, answered)
      .on('socket', (itsSocket) => {
        socket = itsSocket.on('data', (chunk: Buffer) => bytes.push(chunk))
      })
      .on('error', () => undefined) // "close" comes, too
      .on('close', () => end())
  })
}
