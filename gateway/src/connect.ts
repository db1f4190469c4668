import { connect, type LookupFunction } from 'node:net'
import { type buildConnector, errors } from 'undici'

/** Opens connections for undici, and remembers of each error whether its connection had served before. */
export interface Connector {
  connect: buildConnector.connector
  /** Whether an error struck a connection that had brought an answer before, and was kept alive since. */
  hasServedBefore(error: Error): boolean
}

/**
 * @param options.lookup finds the address of a host name.
 * @param options.timeoutMs how long that and the connecting may take together.
 */
export function createConnector({
  lookup,
  timeoutMs,
}: {
  lookup: LookupFunction
  timeoutMs: number
}): Connector {
  const lost = new WeakSet<Error>()
  return {
    connect: ({ hostname, port }, callback) => {
      const socket = connect({ host: hostname, port: Number(port || 80), lookup, noDelay: true })
      const timer = setTimeout(() => socket.destroy(new errors.ConnectTimeoutError()), timeoutMs)
      const onRefused = (error: Error) => {
        clearTimeout(timer)
        callback(error, null)
      }
      socket.once('error', onRefused)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.off('error', onRefused)
        // Added before undici's own listener, which tells the call of the error.
        socket.on('error', (error) => {
          if (socket.bytesRead > 0) lost.add(error)
        })
        callback(null, socket)
      })
    },
    hasServedBefore: (error) =>
      lost.has(error) || (error instanceof errors.SocketError && (error.socket?.bytesRead ?? 0) > 0),
  }
}
