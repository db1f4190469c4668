/// <reference path="./undici-files.d.ts" />
import { connect, type LookupFunction, type Socket } from 'node:net'
// By their own files: undici's index loads fetch, WebSockets and caches, too, which takes long, and nobody needs.
import errors from 'undici/lib/core/errors.js'
import Client from 'undici/lib/dispatcher/client.js'

/** A connection to a service. It carries one call at a time, and ends with `release` or `discard`. */
export interface Connection {
  client: Client
  /** Its socket, and how much has come in by it so far; `undefined` until it is connected. */
  received(): { socket: Socket; bytes: number } | undefined
  /** Keeps it for the next call. */
  release(): void
  /** Closes it, whatever goes on. */
  discard(): void
}

/** The connections to one service. */
export interface Connections {
  /** The one that was used last, while it is still warm, or a new one. */
  take(): Connection
  /** A new one, for a call that must not fail because a kept one turns out closed. */
  open(): Connection
  /** Closes those that nobody uses. */
  close(): void
}

/**
 * undici's own pool is not used because, after a call that is given up, it connects again for nobody.
 *
 * @param options.lookup finds the address of a host name.
 * @param options.timeoutMs how long that and the connecting may take together, and how long a body may stall.
 */
export function createConnections({
  origin,
  lookup,
  timeoutMs,
}: {
  origin: string
  lookup: LookupFunction
  timeoutMs: number
}): Connections {
  const idle: Connection[] = []

  function open(): Connection {
    let socket: Socket | undefined
    const client = new Client(origin, {
      connect: ({ hostname, port }, callback) => {
        const connecting = connect({ host: hostname, port: Number(port || 80), lookup, noDelay: true })
        const timer = setTimeout(() => connecting.destroy(new errors.ConnectTimeoutError()), timeoutMs)
        const onRefused = (error: Error) => {
          clearTimeout(timer)
          callback(error, null)
        }
        connecting.once('error', onRefused)
        connecting.once('connect', () => {
          clearTimeout(timer)
          connecting.off('error', onRefused)
          socket = connecting
          callback(null, connecting)
        })
      },
      // Each call keeps its own time until the headers come; this one only sees to it that a body goes on.
      headersTimeout: 0,
      bodyTimeout: Math.ceil(timeoutMs),
    })
    const connection = {
      client,
      received: () => socket && { socket, bytes: socket.bytesRead },
      release: () => {
        idle.push(connection)
      },
      discard: () => destroy(client),
    }
    client.on('disconnect', () => {
      const index = idle.indexOf(connection)
      if (index === -1) return
      idle.splice(index, 1)
      destroy(client)
    })
    return connection
  }

  return {
    take: () => idle.pop() ?? open(),
    open,
    close: () => {
      for (const { client } of idle.splice(0)) destroy(client)
    },
  }
}

// There is nothing to wait for: what the client held is told at once, and the socket closes by itself.
const destroy = (client: Client): void => client.destroy(null, () => undefined)
