import { setFlagsFromString } from 'node:v8'
import {
  type Client,
  createClient,
  isAbortError,
  isApiError,
  isCircuitOpenError,
  isConflictError,
  isConnectionError,
  isContractError,
  isNotFoundError,
  isRateLimitError,
  isTimeoutError,
  isValidationError,
} from '@msctl/sdk'
import manifest from '../package.json' with { type: 'json' }
import type { ResourceName, Verb } from './commands/resources/fields.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import { findGateway } from './gateway-url.ts'

/** How long a call may take, in milliseconds: longer than the gateway waits for a service. */
const TIMEOUT_MS = 10_000

/** What was asked for. */
export interface Asked {
  readonly resource: ResourceName
  readonly verb: Verb
  readonly id?: number
}

/** Where a call goes, and what it asks for, for the explanation of a failure. */
export interface Call {
  readonly url: string
  readonly apiKey: string | undefined
  readonly signal: AbortSignal
  /** Nothing where it is the gateway itself that is asked. */
  readonly asked?: Asked | undefined
}

/**
 * A client of the gateway, to be closed. It repeats nothing: one command is one request, so that those who learn can
 * count what a circuit counts.
 */
export function openClient({ url, apiKey }: Pick<Call, 'url' | 'apiKey'>): Client {
  return createClient({
    ...{ baseUrl: url, apiKey, maxRetries: 0, timeoutMs: TIMEOUT_MS, attemptTimeoutMs: TIMEOUT_MS },
    headers: { 'user-agent': `msctl/${manifest.version} node/${process.versions.node}` },
  })
}

/** What `--liftoff-only` changes, as it was. */
const AS_BEFORE = ['--no-liftoff-only', '--wasm-tier-up', '--wasm-dynamic-tiering']

/** Where the call of a command goes that makes one, or a few. */
export async function whereOf(context: Context, asked?: Asked): Promise<Call> {
  // undici parses HTTP with WebAssembly. Node would optimise that in the background, for longer than our few calls
  // take, and the process could not end before it is done.
  setFlagsFromString('--liftoff-only')
  // Compiled code is kept at the end, and is of use only to who has the same flags when it is loaded.
  process.prependOnceListener('exit', () => {
    for (const flag of AS_BEFORE) setFlagsFromString(flag)
  })
  const { apiKey, signal } = context
  return { url: (await findGateway(context)).url, apiKey, signal, asked }
}

/** Makes one call. @throws Failure what {@link toCallFailure} makes of the SDK's error. */
export async function call<T>(
  where: Call,
  work: (client: Client, options: { readonly signal: AbortSignal }) => PromiseLike<T>,
): Promise<T> {
  const client = openClient(where)
  try {
    return await work(client, { signal: where.signal })
  } catch (error) {
    throw toCallFailure(error, where)
  } finally {
    await client.close()
  }
}

/** What the gateway says of a service that it could not use. */
const SERVICE_STATUSES = new Set([502, 503, 504])

/** Explains an error of the SDK; what is none of its errors is given back as it is. */
export function toCallFailure(error: unknown, { asked, url, apiKey, signal }: Call): unknown {
  const cause = { cause: error }
  if (isAbortError(error)) return signal.reason
  if (isConnectionError(error)) {
    const inner = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause
    const reason = inner instanceof Error ? inner.message : String(inner)
    // What the HTTP parser could not read was sent by something that is no HTTP server.
    const isOther = inner instanceof Error && inner.name === 'HTTPParserError'
    return new Failure(isOther ? 'not-the-platform' : 'unreachable', { url, reason }, cause)
  }
  if (isTimeoutError(error)) {
    return new Failure('no-answer', { url, seconds: error.timeoutMs / 1_000 }, cause)
  }
  if (isContractError(error)) {
    const reason = error.issues
      .map(({ path, message }) => (path ? `${path}: ${message}` : message))
      .join('; ')
    return new Failure('not-the-platform', { url, reason }, cause)
  }
  if (!isApiError(error)) return error

  const { status, requestId, problem } = error
  const isOther = new Failure(
    'not-the-platform',
    { url, reason: `${error.method} ${error.url}: ${status}` },
    cause,
  )
  const seconds = error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1_000)
  if (status === 401) return new Failure('unauthorized', { url, isGiven: apiKey !== undefined }, cause)
  if (isRateLimitError(error)) return new Failure('too-many-requests', { url, seconds }, cause)
  if (error.code === 'overloaded') return new Failure('overloaded', { url, seconds }, cause)
  // The gateway itself answers with 200 while it lives.
  if (asked === undefined) return isOther
  const { resource, verb, id } = asked
  const detail =
    problem?.detail ?? problem?.title ?? (typeof error.body === 'string' ? '' : detailOf(error.body))
  if (isNotFoundError(error)) {
    // Where there is nothing that could be missing, or a page for people is the answer, it is another server.
    return id === undefined || typeof error.body === 'string'
      ? isOther
      : new Failure('not-found', { resource, id }, cause)
  }
  if (isConflictError(error)) return new Failure('conflict', { detail }, cause)
  if (isValidationError(error)) {
    return new Failure('invalid-fields', { detail, errors: error.errors, resource, verb }, cause)
  }
  if (isCircuitOpenError(error)) {
    return new Failure('circuit-open', { service: error.service ?? resource, seconds }, cause)
  }
  // The gateway's own problems name the service; this one is the service's, which then runs.
  if (error.code === 'unavailable' && problem?.service === undefined)
    return new Failure('service-unavailable', { service: resource, detail }, cause)
  if (SERVICE_STATUSES.has(status)) {
    return new Failure('service-failed', { service: problem?.service ?? resource, status, detail }, cause)
  }
  return new Failure('refused', { status, detail, requestId }, cause)
}

/** What other implementations of the platform say: `{"detail": …}` is a common form. */
function detailOf(body: unknown): string {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : body
  return typeof detail === 'string' ? detail : (JSON.stringify(detail) ?? '')
}
