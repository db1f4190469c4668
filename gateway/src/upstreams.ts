import type { Logger } from '@msctl/kit'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Breaker, BreakerOptions } from './breaker.ts'
import type { GatewayConfig } from './config.ts'
import { type Connections, createConnections } from './connections.ts'
import { createSharedLookup } from './lookup.ts'
import type { GatewayMetrics } from './metrics.ts'
import { createTraffic, type Traffic } from './traffic.ts'

/** A service behind the gateway: where it is, what its paths begin with, and how its calls fare. */
export interface Upstream {
  service: ServiceName
  /** It answers this path and all below. */
  prefix: string
  timeoutMs: number
  breaker: Breaker
  traffic: Traffic
  metrics: GatewayMetrics
  connections: Connections
  close(): void
}

const TABLE = {
  users: { prefix: '/users', origin: 'USERS_URL' },
  orders: { prefix: '/orders', origin: 'ORDERS_URL' },
  payments: { prefix: '/payments', origin: 'PAYMENTS_URL' },
} as const satisfies Record<ServiceName, { prefix: string; origin: keyof GatewayConfig }>

/** The services behind the gateway, by name. */
export type Upstreams = Record<ServiceName, Upstream>

/** Makes the breaker of a service. */
export type BreakerOf = (service: ServiceName, options: BreakerOptions) => Breaker

/** Nothing is connected before the first call. */
export function createUpstreams({
  config,
  metrics,
  log,
  breakerOf,
}: {
  config: GatewayConfig
  metrics: GatewayMetrics
  log: Logger
  breakerOf: BreakerOf
}): Upstreams {
  const lookup = createSharedLookup()
  const timeoutMs = config.UPSTREAM_TIMEOUT_SECONDS * 1000

  function createUpstream(service: ServiceName): Upstream {
    const { prefix, origin } = TABLE[service]
    const connections = createConnections({ origin: config[origin], lookup, timeoutMs })
    const breaker = breakerOf(service, {
      failures: config.BREAKER_FAILURES,
      resetSeconds: config.BREAKER_RESET_SECONDS,
      onTransition: ({ from, to }) => {
        metrics.observeTransition(service, to)
        log[to === 'OPEN' ? 'warn' : 'info'](
          { upstream: service, from, to },
          `The circuit of ${service} is ${to}`,
        )
      },
    })
    return {
      service,
      prefix,
      timeoutMs,
      breaker,
      traffic: createTraffic(),
      metrics,
      connections,
      close: () => {
        breaker.close()
        connections.close()
      },
    }
  }

  return Object.fromEntries(SERVICES.map((service) => [service, createUpstream(service)])) as Upstreams
}
