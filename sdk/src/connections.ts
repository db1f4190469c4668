import type { Socket } from 'node:net'
import { buildConnector, Pool } from 'undici'

/**
 * Makes a connection to the origin, as undici's connectors do: it calls back with the connection, or with why there is
 * none. What it returns is destroyed when nobody waits for the connection any more.
 */
export type Connect = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => Pick<Socket, 'destroy'>

/** Keep-alive connections to one origin. */
export interface Connections {
  dispatcher: Pool
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
 * @param options.connect makes the connections in another way.
 */
export function openConnections({
  origin,
  socketPath,
  connectTimeoutMs,
  connect = connectorOf({ timeout: connectTimeoutMs, socketPath: socketPath ?? null }),
}: {
  origin: string
  socketPath: string | undefined
  connectTimeoutMs: number
  connect?: Connect | undefined
}): Connections {
  const connecting = new Set<Pick<Socket, 'destroy'>>()
  const dispatcher = new Pool(origin, {
    connect(options, callback) {
      // undici has no way to give up a connection that is being made, and it would outlive the pool.
      const socket = connect(options, (...result) => {
        connecting.delete(socket)
        callback(...result)
      })
      connecting.add(socket)
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

/** undici's own connector; its types do not say that it returns the socket. */
const connectorOf = (options: buildConnector.BuildOptions): Connect =>
  buildConnector(options) as unknown as Connect
