import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from 'node:net'
import { recordLog } from '@msctl/kit/testing'
import { Health, type ServiceName } from '@msctl/sdk/contract'
import { onTestFinished } from 'vitest'
import { createGateway } from '../app.ts'
import { readGatewayConfig } from '../config.ts'

/** A service of a test's own making, on a port of its own, which ends with the test. */
export interface Service {
  origin: string
  /** Method and path of the requests that came, in their order. */
  seen: string[]
  /** The sockets that are open. */
  sockets: Set<Socket>
  /** Closes the port and every connection. */
  stop(): Promise<void>
}

/** Starts a service that answers as it is told. */
export async function startService(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<Service> {
  const seen: string[] = []
  const server = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    answer(incoming, response)
  })
  return { seen, ...(await listen(server, port)) }
}

/** Starts something that is no HTTP server but does with its sockets what it is told. */
export async function startSocketService(serve: (socket: Socket, head: string) => void): Promise<Service> {
  const seen: string[] = []
  const server = createSocketServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      const head = data.toString('latin1')
      seen.push(head.slice(0, head.indexOf(' HTTP/')))
      serve(socket, head)
    })
  })
  return { seen, ...(await listen(server, 0)) }
}

async function listen(server: Server, port: number): Promise<Omit<Service, 'seen'>> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  onTestFinished(stop)
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, stop }
}

/** An origin at which nothing listens. */
async function deadOrigin(): Promise<string> {
  const { origin, stop } = await startService(() => undefined)
  await stop()
  return origin
}

/** A gateway that runs in the test's process, and ends with the test. */
export interface Rig {
  origin: string
  port: number
  ask(path: string, options?: RequestOptions & { body?: string | Buffer }): Promise<Answer>
  health(): Promise<Health>
  /** What was logged. */
  lines: Record<string, unknown>[]
}

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  text: string
  json(): unknown
}

/** Starts a gateway. A service that is not given is one at which nothing listens. */
export async function startGateway(
  services: Partial<Record<ServiceName, Service | string>>,
  environment: Record<string, string> = {},
): Promise<Rig> {
  const dead = await deadOrigin()
  const originOf = (service: ServiceName) => {
    const given = services[service] ?? dead
    return typeof given === 'string' ? given : given.origin
  }
  const config = readGatewayConfig({
    USERS_URL: originOf('users'),
    ORDERS_URL: originOf('orders'),
    PAYMENTS_URL: originOf('payments'),
    PORT: '0',
    ...environment,
  })
  const { log, lines } = recordLog()
  const { app, close } = createGateway({ config, log })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
    await close()
  })
  const ask: Rig['ask'] = (path, options) => askServer(origin, path, options)
  return {
    origin,
    port: Number(new URL(origin).port),
    ask,
    lines,
    health: async () => Health.parse((await ask('/health')).json()),
  }
}

/** Sends a request with the path as it is given, and reads the answer to its end. */
async function askServer(
  origin: string,
  path: string,
  { body, ...options }: RequestOptions & { body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(origin)
  const outgoing = request({ host: hostname, port, path, agent: false, ...options })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    text,
    json: () => JSON.parse(text),
  }
}

/** Sends bytes as they are given, and reads whatever comes until the connection closes. */
export async function exchangeBytes(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A reset ends the connection too; what came before it is what counts.
  socket.on('error', () => undefined)
  for (const piece of pieces) socket.write(piece)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}
