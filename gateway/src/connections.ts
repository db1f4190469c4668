import type { LookupFunction } from 'node:net'
import { Client } from 'undici'
import { createConnector } from './connect.ts'

/** A connection to a service. It carries one call at a time, and ends with one of these. */
export interface Connection {
  client: Client
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
  /** Whether an error struck a connection that had brought an answer before, and was kept since. */
  hasServedBefore(error: Error): boolean
  /** Closes those that nobody uses. */
  close(): void
}

/**
 * undici's own pool is not used because, after a call that is given up, it connects again for nobody.
 *
 * @param options.timeoutMs how long connecting may take, and how long a body may stall.
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
  const { connect, hasServedBefore } = createConnector({ lookup, timeoutMs })
  const idle: Connection[] = []

  function open(): Connection {
    const client = new Client(origin, {
      connect,
      // Each call keeps its own time until the headers come; this one only sees to it that a body goes on.
      headersTimeout: 0,
      bodyTimeout: Math.ceil(timeoutMs),
    })
    const connection = {
      client,
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
    hasServedBefore,
    close: () => {
      for (const { client } of idle.splice(0)) destroy(client)
    },
  }
}

// There is nothing to wait for: what the client held is told at once, and the socket closes by itself.
const destroy = (client: Client): void => client.destroy(null, () => undefined)
