import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has a server close idle connections with more care than Node, which also cuts off an answer that has been written but
 * not yet taken, and leaves alone a connection on which nothing was ever asked.
 */
export function closeIdleConnectionsWithCare(server: Server): void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  // `server.close()` calls it, too.
  server.closeIdleConnections = () => {
    for (const socket of open) {
      if (!answerOn(socket)) socket.destroy()
    }
  }
}

/** The answer that a connection is to bring, or is bringing: Node's own note of it. */
export const answerOn = (socket: Socket): ServerResponse | undefined =>
  (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
