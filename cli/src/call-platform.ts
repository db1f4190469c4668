import { setFlagsFromString } from 'node:v8'
import { type Client, createClient } from '@msctl/sdk'
import { type Asked, toCallFailure } from './call-failure.ts'
import { CALL_HEADERS, CALL_TIMEOUT_MS } from './call-request.ts'
import type { Context } from './context.ts'
import { findGateway } from './gateway-url.ts'
import { resumeRequest } from './quick-get/resume-request.ts'

/** Where the calls of one command go, and how they fail. */
export interface Connection {
  readonly client: Client
  /** What each call is given. */
  readonly options: { readonly signal: AbortSignal }
  readonly url: string
}

/**
 * Opens a client of the gateway. It repeats nothing: one command is one request, so that those who learn can count
 * what a circuit counts.
 */
export async function connect(context: Context): Promise<Connection> {
  // undici parses HTTP with WebAssembly. Node would optimise that in the background, for longer than our few calls
  // take, and the process could not end before it is done.
  setFlagsFromString('--liftoff-only')
  const { begun } = context
  const url = begun?.gateway ?? (await findGateway(context)).url
  const timeoutMs = CALL_TIMEOUT_MS - (begun === undefined ? 0 : (process.uptime() - begun.startedAt) * 1_000)
  const client = createClient({
    baseUrl: url,
    maxRetries: 0,
    timeoutMs: Math.max(0, timeoutMs),
    attemptTimeoutMs: CALL_TIMEOUT_MS,
    headers: begun?.headers ?? CALL_HEADERS,
    connect: begun && resumeRequest(begun),
  })
  return { client, options: { signal: context.signal }, url }
}

/**
 * Makes one call.
 *
 * @param asked What is asked for, for the explanation of a failure.
 * @throws Failure what {@link toCallFailure} makes of the SDK's error.
 */
export async function callPlatform<T>(
  context: Context,
  asked: Asked,
  call: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(context)
  try {
    return await call(connection)
  } catch (error) {
    throw toCallFailure(error, { ...asked, url: connection.url, signal: context.signal })
  } finally {
    await connection.client.close()
  }
}
