import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { OnEnd } from '../torture.ts'

/** What a service does with a request. */
export type Behaviour = 'answer' | '404' | '500' | '503' | 'reset' | 'hang' | 'nonsense' | 'cut'

/** Behaviours that a breaker counts as failures, besides a port at which nobody listens. */
export const FAILING: readonly Behaviour[] = ['500', '503', 'reset', 'hang', 'nonsense', 'cut']

/** A service that does what it is told. */
export interface FakeService {
  url: string
  /** How it treats requests from now on. */
  behaviour: Behaviour
  /** How many requests have come. */
  seen(): number
  /** Ends those that hang, with an answer. */
  release(): void
  /** Closes its port, or opens it again. */
  listen(isListening: boolean): Promise<void>
}

export async function startFakeService(onEnd: OnEnd): Promise<FakeService> {
  let seen = 0
  const hanging = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    seen += 1
    request.resume()
    respond(fake.behaviour, response, request.socket)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.keepAliveTimeout = 60_000

  const answer = (response: ServerResponse, status: number) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"id":1}')

  function respond(behaviour: Behaviour, response: ServerResponse, socket: Socket): void {
    switch (behaviour) {
      case 'answer':
        answer(response, 200)
        break
      case 'reset':
        socket.resetAndDestroy()
        break
      case 'hang':
        hanging.add(response)
        break
      case 'nonsense':
        socket.end('What do you mean?\r\n\r\n')
        break
      case 'cut':
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"id":')
        setImmediate(() => socket.destroy())
        break
      default:
        answer(response, Number(behaviour))
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const fake: FakeService = {
    url: `http://127.0.0.1:${port}`,
    behaviour: 'answer',
    seen: () => seen,
    release: () => {
      for (const response of hanging) answer(response, 200)
      hanging.clear()
    },
    listen: async (isListening) => {
      if (isListening) {
        if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening')
        return
      }
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  onEnd(() => fake.listen(false))
  return fake
}
