import { randomBytes } from 'node:crypto'
import type { Dispatcher } from 'undici'
import { createCall } from './call.ts'
import { openConnections } from './connections.ts'
import { assertKnownOptions, type OptionNames } from './known-options.ts'
import { CALL_OPTIONS, type CallOptions, type Hooks, type Logger } from './options.ts'
import { createGateway, type Gateway } from './resources/gateway.ts'
import { createOrders, type Orders } from './resources/orders.ts'
import { createPayments, type Payments } from './resources/payments.ts'
import { createRequest, type SendRequest } from './resources/request.ts'
import { createUsers, type Users } from './resources/users.ts'
import { type Backoff, DEFAULT_BACKOFF } from './retry-timing.ts'
import { lowerCased, milliseconds } from './run.ts'
import { createSemaphore } from './semaphore.ts'
import type { Settings } from './settings.ts'
import { createSend } from './transport.ts'
import { VERSION } from './version.ts'
import { createWaitFor, type WaitFor } from './wait-for.ts'

/** What `createClient` takes. Whatever a call can be given is its default here. */
export interface ClientOptions extends Omit<CallOptions, 'signal' | 'idempotencyKey'> {
  /** Where the gateway is; a path in it stands before each request's. Default: `http://localhost:8000`. */
  baseUrl?: string | URL | undefined
  /**
   * A key of the gateway, sent as `Authorization: Bearer` to it alone. It is in no error and no log; `onRequest` sees it among the
   * headers. Default: none, which is what a gateway without keys needs.
   */
  apiKey?: string | undefined
  /** A unix socket to connect to, instead of the host of `baseUrl`. */
  socketPath?: string | undefined
  /** An undici dispatcher (7 or later) to send with: an agent, a proxy, a mock. It stays yours to close. */
  dispatcher?: Pick<Dispatcher, 'dispatch'> | undefined
  /** How many requests are under way at once; others wait for their turn. Default: 64. */
  maxConcurrency?: number | undefined
  /** The largest answer that is read, in bytes. Default: 64 MiB. */
  maxBodyBytes?: number | undefined
  /** How the waits between attempts grow. */
  backoff?: Partial<Backoff> | undefined
  /** The W3C `traceparent` to pass on, or what finds it for each call, such as a look into OpenTelemetry's context. */
  traceparent?: string | (() => string | undefined) | undefined
  /** Called before and after each attempt, and before each retry. */
  hooks?: Hooks | undefined
  /** What to log to. Default: nothing. */
  logger?: Logger | undefined
  /** Makes the jitter; gives numbers from 0 up to, not including, 1. Default: `Math.random`. */
  random?: (() => number) | undefined
}

/** A client of one platform. */
export interface Client extends AsyncDisposable {
  readonly users: Users
  readonly orders: Orders
  readonly payments: Payments
  readonly gateway: Gateway
  readonly request: SendRequest
  readonly waitFor: WaitFor
  /**
   * Refuses further calls, ends the watches, lets the calls under way end as they would, and closes the connections.
   * `await using` does it at the end of the block.
   */
  close(): Promise<void>
}

const { signal: _, idempotencyKey: __, ...FOR_EVERY_CALL } = CALL_OPTIONS

const CLIENT_OPTIONS: OptionNames<ClientOptions> = {
  baseUrl: true,
  apiKey: true,
  ...FOR_EVERY_CALL,
  socketPath: true,
  dispatcher: true,
  maxConcurrency: true,
  maxBodyBytes: true,
  backoff: true,
  traceparent: true,
  hooks: true,
  logger: true,
  random: true,
}

const DEFAULTS = {
  baseUrl: 'http://localhost:8000',
  timeoutMs: 30_000,
  attemptTimeoutMs: 10_000,
  maxRetries: 2,
  validate: 'strict',
  maxConcurrency: 64,
  maxBodyBytes: 64 * 1024 * 1024,
} as const

/**
 * Makes a client. Nothing is sent or opened before the first call.
 *
 * @throws {TypeError} for a base URL that is none, an option that is not known, or a value that cannot be meant.
 * @example
 * const ms = createClient({ baseUrl: 'http://localhost:8000' })
 * const ann = await ms.users.create({ email: 'ann@example.com', name: 'Ann' })
 */
export function createClient(options: ClientOptions = {}): Client {
  assertKnownOptions('createClient', options, CLIENT_OPTIONS)
  assertKnownOptions('backoff', options.backoff ?? {}, DEFAULT_BACKOFF)
  const { origin, basePath } = parseBaseUrl(options.baseUrl ?? DEFAULTS.baseUrl)
  const settings = toSettings(options, origin, basePath)
  const { maxConcurrency = DEFAULTS.maxConcurrency } = options
  if (!(maxConcurrency >= 1)) throw new TypeError(`maxConcurrency must be at least 1, got ${maxConcurrency}`)
  if (options.dispatcher !== undefined && options.socketPath !== undefined) {
    throw new TypeError(
      'socketPath is for connections of the client’s own; give it to your dispatcher instead',
    )
  }
  const connections =
    options.dispatcher === undefined
      ? openConnections({
          origin,
          socketPath: options.socketPath,
          connectTimeoutMs: Math.min(settings.attemptTimeoutMs, MAX_CONNECT_TIMEOUT_MS),
        })
      : undefined
  const send = createSend({
    dispatcher: options.dispatcher ?? (connections as Exclude<typeof connections, undefined>).dispatcher,
    origin,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULTS.maxBodyBytes,
  })
  const semaphore = createSemaphore(maxConcurrency)
  const calls = createCall({ send, semaphore, settings, onIdle: connections?.giveUpPending })
  const closing = new AbortController()
  const gateway = createGateway(calls.call, closing.signal)

  let closed: Promise<void> | undefined
  function close(): Promise<void> {
    closing.abort()
    closed ??= calls.close().then(() => connections?.close())
    return closed
  }

  return {
    users: createUsers(calls.call),
    orders: createOrders(calls.call),
    payments: createPayments(calls.call),
    gateway,
    request: createRequest(calls.call),
    waitFor: createWaitFor(gateway.watch, `${origin}${basePath}/health`),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The longest that making a connection may take, in milliseconds, whatever an attempt may. */
const MAX_CONNECT_TIMEOUT_MS = 10_000

function toSettings(options: ClientOptions, origin: string, basePath: string): Settings {
  const { traceparent } = options
  return {
    origin,
    basePath,
    headers: {
      // Errors are application/problem+json, metrics are text.
      accept: 'application/json, */*;q=0.5',
      'user-agent': `msctl-sdk/${VERSION} node/${process.versions.node}`,
      'x-request-id': '',
      ...authorizationOf(options.apiKey),
      ...lowerCased(options.headers ?? {}),
    },
    nextRequestId: createRequestIds(),
    traceparent: typeof traceparent === 'function' ? traceparent : () => traceparent,
    timeoutMs: milliseconds('timeoutMs', options.timeoutMs ?? DEFAULTS.timeoutMs),
    attemptTimeoutMs: milliseconds('attemptTimeoutMs', options.attemptTimeoutMs ?? DEFAULTS.attemptTimeoutMs),
    maxRetries: options.maxRetries ?? DEFAULTS.maxRetries,
    validate: options.validate ?? DEFAULTS.validate,
    backoff: {
      baseMs: options.backoff?.baseMs ?? DEFAULT_BACKOFF.baseMs,
      capMs: options.backoff?.capMs ?? DEFAULT_BACKOFF.capMs,
    },
    hooks: options.hooks ?? {},
    logger: options.logger,
    random: options.random ?? Math.random,
  }
}

function authorizationOf(apiKey: string | undefined): { authorization?: string } {
  if (apiKey === undefined) return {}
  // Not shown: credentials are not for messages.
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('apiKey must be visible ASCII characters without spaces, at least one')
  return { authorization: `Bearer ${apiKey}` }
}

/** Ids that begin alike for all requests of a client, so that the logs show what one script did. */
function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('hex')
  let count = 0
  return () => {
    count += 1
    return `${prefix}-${count}`
  }
}

function parseBaseUrl(given: string | URL): { origin: string; basePath: string } {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError(`baseUrl must be an http or https URL, got ${String(given)}`)
  }
  if (url.username || url.password || url.search || url.hash) {
    // Shown without what it may hold: credentials are not for messages.
    throw new TypeError(
      `baseUrl must have no credentials, query or fragment (give a key as apiKey, other credentials in headers); its host is ${url.host}`,
    )
  }
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') }
}
