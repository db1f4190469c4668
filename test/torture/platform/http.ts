import { Agent, request } from 'undici'

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json(): unknown
}

export interface SendOptions {
  /** How long to wait before hanging up, in milliseconds. */
  patienceMs: number
  body?: object
  headers?: Record<string, string>
  /** Hangs up when it aborts. */
  signal?: AbortSignal
}

/** Sends requests with JSON over connections that are kept. */
export interface HttpClient {
  /** @throws where no whole answer came. */
  send(url: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', options: SendOptions): Promise<Answer>
  close(): Promise<void>
}

/** @param options.connections at the most, to one server. */
export function createHttpClient({ connections = 64 }: { connections?: number } = {}): HttpClient {
  const agent = new Agent({ connections })
  return {
    send: async (url, method, { patienceMs, body, headers, signal }) => {
      const patience = AbortSignal.timeout(patienceMs)
      const answer = await request(url, {
        method,
        dispatcher: agent,
        signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
        headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      return { status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) }
    },
    close: () => agent.destroy(),
  }
}

/** Whether nothing was asked, as nobody listened. */
export const wasRefused = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
