import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** The address of a platform's Redis: it stays the same when the Redis behind it comes and goes. */
export interface RedisDoor {
  /** Lets connections through to a Redis. */
  open(redisUrl: string): Promise<void>
  /** Ends every connection, and refuses new ones. */
  close(): Promise<void>
}

/** @param port at which it is to stand. */
export function createRedisDoor(port: number): RedisDoor {
  const sockets = new Set<Socket>()
  let target = { host: '', port: 0 }
  const server = createServer((incoming) => {
    const outgoing = connect(target)
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // Why it ended is told to the other end by ending it.
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  return {
    open: async (redisUrl) => {
      const { hostname, port: behind } = new URL(redisUrl)
      target = { host: hostname, port: Number(behind) }
      await once(server.listen(port, '127.0.0.1'), 'listening')
    },
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
