import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Which bytes a fault strikes: those to the server, those from it, or both. */
export type Direction = 'requests' | 'answers' | 'both'

/** What a connection between a replica and its store suffers. */
export type LinkFault =
  /** Every piece is late, by up to that many milliseconds, and none overtakes another. */
  | { kind: 'delay'; maxMs: number }
  /** Nothing passes, and all of it arrives once the fault is over, even from who has hung up meanwhile. */
  | { kind: 'stall'; direction: Direction }
  /** What is sent is lost, and with it the connection once the fault is over. */
  | { kind: 'drop'; direction: Direction }
  /** Each connection is reset, and each new one. */
  | { kind: 'reset' }
  /** Connections are reset now and then, on average after that many pieces. */
  | { kind: 'flaky'; pieces: number }

/** A TCP proxy in front of a store that does to its connections what it is told. */
export interface Link {
  port: number
  /** Begins a fault in the place of the one before; `undefined` lets everything through again. */
  strike(fault: LinkFault | undefined): void
  close(): Promise<void>
}

interface Connection {
  client: Socket
  server: Socket
  requests: Pipe
  answers: Pipe
  hasLostBytes: boolean
}

/** One direction of a connection: what has come, and when it may go on. */
interface Pipe {
  target: Socket
  waiting: { data: Buffer | 'end'; dueAt: number }[]
  timer: NodeJS.Timeout | undefined
}

/** @param next gives chance, as a number from 0 to 1. */
export async function startLink({
  target,
  next,
}: {
  target: { host: string; port: number }
  next: () => number
}): Promise<Link> {
  let fault: LinkFault | undefined
  const connections = new Set<Connection>()

  const isStruck = (kind: LinkFault['kind'], direction: 'requests' | 'answers') =>
    fault?.kind === kind &&
    'direction' in fault &&
    (fault.direction === direction || fault.direction === 'both')

  function pump(connection: Connection, direction: 'requests' | 'answers'): void {
    const pipe = connection[direction]
    clearTimeout(pipe.timer)
    if (isStruck('stall', direction)) return
    for (let first = pipe.waiting[0]; first !== undefined; first = pipe.waiting[0]) {
      const waitMs = first.dueAt - performance.now()
      if (waitMs > 0) {
        pipe.timer = setTimeout(() => pump(connection, direction), waitMs)
        return
      }
      pipe.waiting.shift()
      if (!pipe.target.writable) continue
      if (first.data === 'end') pipe.target.end()
      else pipe.target.write(first.data)
    }
  }

  function take(connection: Connection, direction: 'requests' | 'answers', data: Buffer | 'end'): void {
    if (isStruck('drop', direction)) {
      connection.hasLostBytes = true
      return
    }
    if (fault?.kind === 'flaky' && next() * fault.pieces < 1) {
      reset(connection)
      return
    }
    const pipe = connection[direction]
    const lateMs = fault?.kind === 'delay' ? next() * fault.maxMs : 0
    const dueAt = Math.max(performance.now() + lateMs, pipe.waiting.at(-1)?.dueAt ?? 0)
    pipe.waiting.push({ data, dueAt })
    pump(connection, direction)
  }

  function reset(connection: Connection): void {
    connections.delete(connection)
    clearTimeout(connection.requests.timer)
    clearTimeout(connection.answers.timer)
    // One that is being shut down cannot be reset: Node would never let go of it.
    if (connection.client.writableEnded) connection.client.destroy()
    else connection.client.resetAndDestroy()
    connection.server.destroy()
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (fault?.kind === 'reset') {
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true })
    const connection: Connection = {
      client,
      server,
      requests: { target: server, waiting: [], timer: undefined },
      answers: { target: client, waiting: [], timer: undefined },
      hasLostBytes: false,
    }
    connections.add(connection)
    client.on('data', (data) => take(connection, 'requests', data))
    server.on('data', (data) => take(connection, 'answers', data))
    client.on('end', () => take(connection, 'requests', 'end'))
    server.on('end', () => take(connection, 'answers', 'end'))
    // A caller that is gone has sent what it has sent: that still arrives.
    client.on('error', () => take(connection, 'requests', 'end'))
    server.on('error', () => reset(connection))
    server.on('close', () => {
      if (connection.answers.waiting.length === 0) client.end()
      if (client.destroyed) connections.delete(connection)
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    strike: (next) => {
      fault = next
      for (const connection of connections) {
        if (fault?.kind === 'reset' || connection.hasLostBytes) reset(connection)
        else {
          pump(connection, 'requests')
          pump(connection, 'answers')
        }
      }
    },
    close: async () => {
      for (const connection of connections) reset(connection)
      listener.close()
      await once(listener, 'close')
    },
  }
}
