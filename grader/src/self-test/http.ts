import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '@msctl/kit'

/** A request, as text. */
export interface Asked {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Begins with `?`, or is empty. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** An answer, as text. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Stands before an application: it may change what is asked, what is answered, or answer by itself. */
export type Interceptor = (asked: Asked, next: (asked: Asked) => Promise<Answered>) => Promise<Answered>

/** Something that listens at 127.0.0.1. */
export interface Listener {
  readonly port: number
  /** Accepts nothing new, lets what is in flight end, and closes the application. */
  close(): Promise<void>
  /** Destroys every connection first. */
  kill(): Promise<void>
}

/** How long what is in flight may take to end, in milliseconds. */
const DRAIN_MS = 2000

/** What concerns one connection, or the length of a body that may have changed. */
const NOT_PASSED_ON = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect'])

/**
 * Lets an application listen, with interceptors before it: the first is the outermost. Without any, it listens by itself.
 *
 * @throws what `listen` throws, such as `EADDRINUSE`.
 */
export async function listen(
  app: App,
  port: number,
  interceptors: readonly Interceptor[],
): Promise<Listener> {
  const server = interceptors.length === 0 ? app.server : front(app, interceptors)
  if (server === app.server) await app.listen({ host: '127.0.0.1', port })
  else {
    await app.ready()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  }
  const close = async () => {
    // More than once: one that was about to be made may come after that.
    const deadline = setInterval(() => server.closeAllConnections(), DRAIN_MS)
    if (server !== app.server) {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeIdleConnections()
      })
    }
    await app.close()
    clearInterval(deadline)
  }
  return {
    port: (server.address() as AddressInfo).port,
    close,
    kill: () => {
      server.closeAllConnections()
      return close()
    },
  }
}

function front(app: App, interceptors: readonly Interceptor[]) {
  const ask = interceptors.reduceRight<(asked: Asked) => Promise<Answered>>(
    (next, intercept) => (asked) => intercept(asked, next),
    async ({ method, path, query, headers, text }) => {
      const answer = await app.inject({
        method: method as 'GET',
        url: path + query,
        headers,
        ...(text === '' ? {} : { payload: text }),
      })
      return { status: answer.statusCode, headers: passedOn(answer.headers), text: answer.payload }
    },
  )
  return createServer((request, response) => {
    read(request)
      .then(ask)
      .then(
        ({ status, headers, text }) => {
          response.writeHead(status, passedOn(headers))
          response.end(text)
        },
        () => response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error'),
      )
  })
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const [path = '/', ...query] = (request.url ?? '/').split('?')
  return {
    method: request.method ?? 'GET',
    path,
    query: query.length === 0 ? '' : `?${query.join('?')}`,
    headers: passedOn(request.headers),
    text: Buffer.concat(chunks).toString(),
  }
}

function passedOn(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => !NOT_PASSED_ON.has(name) && value !== undefined,
  )
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}
