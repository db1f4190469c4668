import { type Admit, type App, type Logger, ProblemError, sendProblem } from '@msctl/kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createKeyFinder } from './api-keys.ts'
import type { GatewayConfig } from './config.ts'
import { createCors } from './cors.ts'
import type { GatewayMetrics } from './metrics.ts'
import { createOverload } from './overload.ts'
import { PAGE_ROUTES } from './pages.ts'
import { addRateLimit, type CountRequest, type Standing } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Headers that the gateway adds to the answer, whoever writes that; names in lower case. */
    answerHeaders: Record<string, string> | undefined
    /** What the caller's key is known by; `undefined` without a valid one. */
    apiKeyId: string | undefined
  }
}

/** What anybody may ask for at any time, by its route: without a key, not counted, under any load. */
const OPEN_ROUTES = new Set(['/health', '/ready', '/metrics', '/openapi.json'])
/** What needs no key, and is counted and shed like anything else: the files of the API reference are large. */
const KEYLESS_ROUTES = new Set(PAGE_ROUTES)

const isOpen = ({ routeOptions }: FastifyRequest): boolean => OPEN_ROUTES.has(routeOptions.url ?? '')

/** Who may call, and how much. */
export interface Admission {
  admit: Admit
  /** To be called before the application starts. */
  attach(app: App): void
  close(): void
}

/**
 * Decides which requests are let in. In this order, so that what costs least comes first, and whoever guesses keys is limited, too: other
 * origins, load, rate, key.
 *
 * @returns `undefined` where no setting asks for any of it.
 */
export function createAdmission({
  config: { API_KEYS, RATE_LIMIT, REDIS_URL, MAX_IN_FLIGHT, CORS_ORIGINS },
  metrics,
  log,
}: {
  config: GatewayConfig
  metrics: GatewayMetrics
  log: Logger
}): Admission | undefined {
  if ([API_KEYS, RATE_LIMIT, MAX_IN_FLIGHT, CORS_ORIGINS].every((setting) => setting === undefined))
    return undefined
  const cors = CORS_ORIGINS && createCors(CORS_ORIGINS)
  const overload = MAX_IN_FLIGHT === undefined ? undefined : createOverload({ maxInFlight: MAX_IN_FLIGHT })
  const findKey = API_KEYS && createKeyFinder(API_KEYS)
  let count: CountRequest | undefined

  const admit: Admit = (request, reply, done) => {
    if (cors !== undefined) {
      addHeaders(request, reply, cors.headersFor(request.headers))
      const preflight = cors.preflightHeadersFor(request.method, request.headers)
      if (preflight !== undefined) {
        reply.code(204).headers(preflight).send()
        return
      }
    }
    if (isOpen(request)) return done()
    if (overload?.isFull()) return shed(request, reply)
    request.apiKeyId = findKey?.(request.raw)
    if (count === undefined) return done(wrongWithKey(request))
    count(request).then((standing) => {
      // Whoever hung up meanwhile is not asked for: nobody would end that call.
      if (reply.raw.destroyed) return
      if (standing !== undefined) addHeaders(request, reply, standing.headers)
      done(standing?.isExceeded ? limited(standing) : wrongWithKey(request))
    }, done)
  }

  /** Before its body has come a request takes no room, or those who send slowly would keep out all others. */
  const takeRoom: Admit = (request, reply, done) => {
    if (isOpen(request) || overload?.enter(reply.raw) !== false) done()
    else shed(request, reply)
  }

  function shed(request: FastifyRequest, reply: FastifyReply): void {
    metrics.observeRefusal('overload')
    request.logged.note = 'overloaded'
    sendProblem(reply, overloaded())
  }

  function wrongWithKey({ apiKeyId, headers, routeOptions }: FastifyRequest): ProblemError | undefined {
    if (findKey === undefined || apiKeyId !== undefined) return undefined
    if (KEYLESS_ROUTES.has(routeOptions.url ?? '')) return undefined
    metrics.observeRefusal('key')
    const isGiven = headers.authorization !== undefined
    return new ProblemError(
      'unauthorized',
      isGiven
        ? 'This is no valid API key.'
        : 'An API key is needed; send it as Authorization: Bearer followed by the key.',
      {
        headers: { 'www-authenticate': `Bearer realm="msctl"${isGiven ? ', error="invalid_token"' : ''}` },
      },
    )
  }

  function limited({ resetSeconds }: Standing): ProblemError {
    metrics.observeRefusal('rate')
    return new ProblemError(
      'too-many-requests',
      `More than ${RATE_LIMIT} requests a minute; try again in ${resetSeconds} s.`,
      { headers: { 'retry-after': String(resetSeconds) } },
    )
  }

  return {
    admit,
    attach: (app) => {
      app.decorateRequest('answerHeaders')
      app.decorateRequest('apiKeyId')
      if (overload !== undefined) app.addHook('preHandler', takeRoom)
      if (RATE_LIMIT !== undefined && REDIS_URL !== undefined)
        count = addRateLimit(app, { limit: RATE_LIMIT, redisUrl: REDIS_URL, log })
    },
    close: () => overload?.close(),
  }
}

const overloaded = (): ProblemError =>
  new ProblemError('overloaded', 'The gateway has too much to do; try again in 1 s.', {
    headers: { 'retry-after': '1' },
  })

function addHeaders(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): void {
  request.answerHeaders = { ...request.answerHeaders, ...headers }
  reply.headers(headers)
}
