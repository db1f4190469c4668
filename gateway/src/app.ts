import { type App, createApp, createMetrics, type Logger, type Metrics } from '@msctl/kit'
import type { FastifyInstance } from 'fastify'
import { createAdmission } from './admission.ts'
import { createBreaker } from './breaker.ts'
import type { GatewayConfig } from './config.ts'
import { detailsOf } from './details.ts'
import { forwardTo } from './forward.ts'
import { addHealthRoutes } from './health.ts'
import { createGatewayMetrics } from './metrics.ts'
import { addOpenApiRoute } from './openapi.ts'
import { addPages } from './pages.ts'
import { type BreakerOf, createUpstreams } from './upstreams.ts'

/**
 * The gateway: the only part that callers see. It passes requests on to the services, each behind a circuit breaker of
 * its own, and answers by itself what concerns more than one of them.
 */
export function createGateway({
  config,
  log,
  metrics = createMetrics('gateway'),
  breakerOf = (_service, options) => createBreaker(options),
}: {
  config: GatewayConfig
  log: Logger
  metrics?: Metrics
  breakerOf?: BreakerOf
}): {
  app: App
  close(): Promise<void>
} {
  const gatewayMetrics = createGatewayMetrics(metrics)
  const upstreams = createUpstreams({ config, metrics: gatewayMetrics, log, breakerOf })
  const admission = createAdmission({ config, metrics: gatewayMetrics, log })
  let isDraining = false

  const app = createApp({
    log,
    metrics,
    // Whether the services are there is told by /status: without one of them the gateway can still do its work.
    isReady: async () => ({ gateway: isDraining ? 'is stopping' : 'ok' }),
    acceptBody: acceptAnything,
    admit: admission?.admit,
    routes: (routes) => {
      addHealthRoutes(routes, upstreams)
      addOpenApiRoute(routes)
      addPages(routes)
      routes.get('/users/:id/details', detailsOf(upstreams))
      for (const upstream of Object.values(upstreams)) {
        const handler = forwardTo(upstream)
        routes.all(upstream.prefix, handler)
        routes.all(`${upstream.prefix}/*`, handler)
      }
    },
  })
  admission?.attach(app)
  app.addHook('preClose', async () => {
    isDraining = true
  })

  return {
    app,
    close: async () => {
      admission?.close()
      for (const upstream of Object.values(upstreams)) upstream.close()
    },
  }
}

/** Bodies are read whole, up to the limit, and not looked into: what they mean is for the service to judge. */
function acceptAnything(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}
