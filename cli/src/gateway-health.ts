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
  let body: unknown
  try {
    const response = await fetch(url + path, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    if (response.status !== 200)
      throw new Failure('not-the-platform', { url, reason: `GET ${path}: ${response.status}` })
    body = await response.json()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) throw error
    if (error instanceof SyntaxError)
      throw new Failure('not-the-platform', { url, reason: error.message }, { cause: error })
    throw new Failure('unreachable', { url, reason: reasonOf(error) }, { cause: error })
  }
  const parsed = z.safeParse(schema, body)
  if (!parsed.success) {
    throw new Failure('not-the-platform', {
      url,
      reason: z.prettifyError(parsed.error).replaceAll('\n', ' '),
    })
  }
  return parsed.data
}

/** undici says only "fetch failed"; why is in its cause, or, where it tried several addresses, in that one's parts. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return `No answer within ${TIMEOUT_MS / 1000} s`
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  return inner instanceof Error ? inner.message : message
}
