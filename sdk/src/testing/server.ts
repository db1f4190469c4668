import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { User } from '../index.ts'

/** A request that came in, with its body. */
export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** A server of a test's own, which ends with it. */
export interface TestServer {
  url: string
  /** What came in, oldest first. */
  received: Received[]
  server: Server
}

/** Serves HTTP with a handler; `handle` is called when the request's body is here. */
export async function serve(
  handle: (received: Received, response: ServerResponse, request: IncomingMessage) => void,
  socketPath?: string,
): Promise<TestServer> {
  const received: Received[] = []
  const listener: RequestListener = async (request, response) => {
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: await text(request) }
    received.push(one)
    handle(one, response, request)
  }
  const server = createServer((request, response) => void listener(request, response))
  await listen(server, socketPath)
  onTestFinished(async () => {
    server.closeAllConnections()
    await close(server)
  })
  return { url: socketPath === undefined ? urlOf(server) : 'http://localhost', received, server }
}

/** Serves bare sockets, for what HTTP servers do not do on purpose. */
export async function serveSockets(handle: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    // Connections that the test breaks are what it is about.
    socket.on('error', () => socket.destroy())
    handle(socket)
  })
  await listen(server)
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await close(server)
  })
  return urlOf(server)
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with a problem of that name. */
export const answerProblem = (
  response: ServerResponse,
  status: number,
  name: string,
  members: object = {},
  headers: Record<string, string> = {},
): void =>
  answer(response, status, { type: `urn:msctl:problem:${name}`, title: name, status, ...members }, headers)

/** A user as the platform answers it. */
export const ann: User = {
  id: 1,
  email: 'ann@example.com',
  name: 'Ann',
  created_at: '2026-01-31T12:00:00.123456',
}

async function listen(server: NetServer, socketPath?: string): Promise<void> {
  if (socketPath === undefined) server.listen(0, '127.0.0.1')
  else server.listen(socketPath)
  await once(server, 'listening')
}

const close = (server: NetServer): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

const urlOf = (server: NetServer): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
