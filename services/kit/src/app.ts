import { type IncomingMessage, maxHeaderSize, type ServerResponse } from 'node:http'
import { PROBLEMS, type Ready } from '@msctl/sdk/contract'
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify'
import { acceptJson, BODY_LIMIT_BYTES } from './body.ts'
import { errorHandler, logFailure } from './errors.ts'
import { closeIdleConnectionsWithCare } from './idle-connections.ts'
import type { Logger } from './log.ts'
import { addRoutes } from './methods.ts'
import type { Metrics } from './metrics.ts'
import { notFound, ProblemError } from './problems.ts'
import { newTraceparent, requestIdOf, traceIdOf, traceparentOf } from './tracing.ts'
import { answerOddRequests, answerUnreadableRequest } from './unreadable.ts'
import { validatorCompiler, type ZodTypeProvider } from './validation.ts'

/** How long a caller may take to send a request, and how often that is looked at, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000
const REQUEST_CHECK_MS = 5000

/** A Fastify application whose routes are typed by their zod schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, never, ZodTypeProvider>

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's `traceparent`, the caller's or a new one. */
    traceparent: string
    /** What the request's log line says besides, such as the cache's part in it. */
    logged: Record<string, unknown> & { note?: string }
    /** Why an answer that has begun was cut off, where that is not the caller's doing. */
    failure: ProblemError | undefined
  }
}

/**
 * Decides whether a request is let in, before anything else is found out about it: goes on with `done`, with an error for
 * the caller where it is not, or has answered by itself.
 */
export type Admit = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

/** Finds out whether a part can do its work: for each thing that it needs, `ok` or why not. */
export type ReadinessProbe = () => Promise<Record<string, string>>

/**
 * What the gateway and the services have in common: problem+json for every error, request ids, one log line a request,
 * `GET /ready` and `GET /metrics`.
 *
 * @param options.isReady asked by `GET /ready`; anything but `ok` makes it a 503.
 * @param options.routes adds the part's own routes.
 * @param options.admit asked first, also for paths that do not exist. Default: everybody is let in.
 */
export function createApp({
  log,
  metrics,
  isReady,
  routes,
  admit,
  acceptBody = acceptJson,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
}: {
  log: Logger
  metrics: Metrics
  isReady: ReadinessProbe
  routes: (app: App) => void
  admit?: Admit | undefined
  /** Says which bodies are taken: JSON unless told otherwise. */
  acceptBody?: (app: FastifyInstance) => void
  /** How long a caller may take to send a request; 30 seconds unless told otherwise. */
  requestTimeoutMs?: number
}): App {
  const app = Fastify({
    logger: false,
    genReqId: ({ headers }) => requestIdOf(headers),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: requestTimeoutMs,
    // Whatever Node reads may be an id: what is none is for the schema to say.
    routerOptions: { maxParamLength: maxHeaderSize },
    http: {
      // Were it longer than that of the whole request, Node would swap the two.
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(REQUEST_CHECK_MS, requestTimeoutMs),
      // It is asked for here, because Node would refuse without saying why.
      requireHostHeader: false,
    },
    // Requests that arrive while the server closes are answered, not refused: they were sent in good faith.
    return503OnClosing: false,
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: (error, request, reply) => {
      observe(request as FastifyRequest, reply as FastifyReply)
      errorHandler(log)(error, request as FastifyRequest, reply as FastifyReply)
    },
  }).withTypeProvider<ZodTypeProvider>() as unknown as App

  app.decorateRequest('traceparent', '')
  app.decorateRequest('logged')
  app.decorateRequest('failure')
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler(errorHandler(log))
  acceptBody(app as unknown as FastifyInstance)
  answerOddRequests(app.server)
  closeIdleConnectionsWithCare(app.server)
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })

  app.addHook('onRequest', (request, reply, done) => {
    observe(request, reply)
    if (admit === undefined) done(wrongWith(request))
    else admit(request, reply, (error) => done(error ?? wrongWith(request)))
  })
  app.setNotFoundHandler(() => undefined)

  function observe(request: FastifyRequest, reply: FastifyReply): void {
    request.traceparent = traceparentOf(request.headers) ?? newTraceparent()
    request.logged = {}
    reply.header('x-request-id', request.id)
    const startedAt = performance.now()
    reply.raw.once('close', () => finish(request, reply.raw, performance.now() - startedAt))
  }

  function finish(request: FastifyRequest, response: ServerResponse, durationMs: number): void {
    // Its connection would else be kept, and with it the process.
    if (isClosing) setImmediate(() => app.server.closeIdleConnections())
    const { method, url, routeOptions, failure } = request
    const status = response.writableFinished ? response.statusCode : statusOfUnfinished(failure)
    if (failure !== undefined) logFailure(log, request, failure)
    metrics.observeRequest({ method, route: routeOptions.url ?? 'unknown', status }, durationMs)
    // Who looks after the processes asks these every few seconds, and nobody wants to read that.
    const level = url === '/ready' || url === '/metrics' ? 'debug' : 'info'
    if (!log.isLevelEnabled(level)) return
    const { note, ...facts } = request.logged
    log[level](
      {
        requestId: request.id,
        traceId: traceIdOf(request.traceparent),
        method,
        path: url,
        status,
        durationMs: Math.round(durationMs * 1000) / 1000,
        ...facts,
      },
      note === undefined ? `${method} ${url} ${status}` : `${method} ${url} ${status} ${note}`,
    )
  }

  addRoutes(app as unknown as FastifyInstance, () => {
    app.get('/ready', async (_request, reply): Promise<Ready> => {
      const checks = await isReady()
      const isWell = Object.values(checks).every((check) => check === 'ok')
      reply.code(isWell ? 200 : 503)
      return { status: isWell ? 'ready' : 'not ready', checks }
    })
    app.get('/metrics', async (_request, reply) => {
      reply.type(metrics.registry.contentType)
      return metrics.registry.metrics()
    })
    routes(app)
  })
  return app
}

/** A caller that hung up saw no status; 499 is what proxies log for that. */
const statusOfUnfinished = (failure: ProblemError | undefined): number =>
  failure === undefined ? 499 : PROBLEMS[failure.problem].status

/** What keeps a request from being answered, whoever sent it. */
function wrongWith(request: FastifyRequest): ProblemError | undefined {
  if (request.is404) return notFound(`There is nothing at ${request.url}.`)
  if (isWithoutHost(request)) return new ProblemError('malformed-request', 'The header Host is missing.')
  return undefined
}

const isWithoutHost = ({ raw }: FastifyRequest): boolean =>
  raw.headers.host === undefined && raw.httpVersion === '1.1'
