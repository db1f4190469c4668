/// <reference path="./undici-files.d.ts" />
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
// By their own files: undici's index loads fetch, WebSockets and caches, too, which takes longer than all else here.
import buildConnector from 'undici/lib/core/connect.js'
import Pool from 'undici/lib/dispatcher/pool.js'

/** Keep-alive connections to one origin. */
export interface Connections {
  dispatcher: Dispatcher
  /** Gives up those that are still being made: for when nobody waits for them any more. They would keep the process alive. */
  giveUpPending(): void
  /** Closes them all. */
  close(): Promise<void>
}

/**
 * Opens connections as they are needed, and keeps them for further requests. Idle ones do not keep the process alive.
 *
 * @param options.socketPath a unix socket to connect to, instead of the origin's host.
 * @param options.connectTimeoutMs how long making a connection may take.
 */
export function openConnections({
  origin,
  socketPath,
  connectTimeoutMs,
}: {
  origin: string
  socketPath: string | undefined
  connectTimeoutMs: number
}): Connections {
  const connect = buildConnector({ timeout: connectTimeoutMs, socketPath: socketPath ?? null })
  const connecting = new Set<Socket>()
  const dispatcher = new Pool(origin, {
    connect(options, callback) {
      // undici has no way to give up a connection that is being made, and it would outlive the pool.
      const socket: unknown = connect(options, (...result) => {
        connecting.delete(socket as Socket)
        callback(...result)
      })
      connecting.add(socket as Socket)
    },
  })
  const giveUpPending = () => {
    for (const socket of connecting) socket.destroy()
  }
  return {
    dispatcher,
    giveUpPending,
    async close() {
      giveUpPending()
      await dispatcher.destroy()
    },
  }
}
