import { Health, Status } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { Failure } from './failure.ts'

/** What `GET /health` answers, by the contract. */
export type GatewayHealth = z.infer<typeof Health>

/** What `GET /status` answers, by the contract. */
export type GatewayStatus = z.infer<typeof Status>

const TIMEOUT_MS = 5_000

/**
 * Asks a gateway for its circuits.
 *
 * @throws Failure `unreachable` when nothing answers, `not-the-platform` when something else does.
 */
export function fetchHealth(baseUrl: string, signal: AbortSignal): Promise<GatewayHealth> {
  return ask(baseUrl, '/health', Health, signal)
}

/**
 * Asks a gateway for all that it knows of the platform.
 *
 * @throws Failure as {@link fetchHealth}.
 */
export function fetchStatus(baseUrl: string, signal: AbortSignal): Promise<GatewayStatus> {
  return ask(baseUrl, '/status', Status, signal)
}

async function ask<T extends z.ZodMiniType>(
  baseUrl: string,
  path: string,
  schema: T,
  signal: AbortSignal,
): Promise<z.infer<T>> {
  const url = baseUrl.replace(/\/+$/, '')
  const other = (reason: string, cause?: unknown) =>
    new Failure('not-the-platform', { url, reason }, { cause })
  const deadline = AbortSignal.timeout(TIMEOUT_MS)
  const answer = await get(url + path, AbortSignal.any([signal, deadline])).catch((error: unknown) => {
    signal.throwIfAborted()
    const reason = deadline.aborted ? `No answer within ${TIMEOUT_MS / 1000} s` : reasonOf(error)
    // What the HTTP parser could not read was sent by something that is no HTTP server.
    if (String((error as NodeJS.ErrnoException).code).startsWith('HPE_')) throw other(reason, error)
    throw new Failure('unreachable', { url, reason }, { cause: error })
  })
  if (answer.status !== 200) throw other(`GET ${path}: ${answer.status}`)
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch (error) {
    throw other((error as Error).message, error)
  }
  const parsed = z.safeParse(schema, body)
  if (!parsed.success) throw other(z.prettifyError(parsed.error).replaceAll('\n', ' '))
  return parsed.data
}

/**
 * One request. Not by fetch: that of Node 20 forgets a request whose connection is closed on it, so that msctl would end
 * without a word.
 */
async function get(url: string, signal: AbortSignal): Promise<{ status: number | undefined; body: string }> {
  const http = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const request = http.get(url, { signal }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text) => (body += text))
      response.once('end', () => resolve({ status: response.statusCode, body }))
      response.once('error', reject)
    })
    request.once('error', reject)
  })
}

/** Where several addresses were tried, why is in the parts. */
function reasonOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error
  return inner instanceof Error ? inner.message : String(inner)
}
