import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Pool } from 'undici'
import { type Breaker, createBreaker } from './breaker.ts'
import type { GatewayConfig } from './config.ts'
import { createConnector } from './connect.ts'
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
  /** Connections that are kept alive. */
  kept: Pool
  /** Connections of one call each, for what must not fail because a kept one turned out closed. */
  fresh: Pool
  hasServedBefore(error: Error): boolean
  close(): Promise<void>
}

const TABLE = {
  users: { prefix: '/users', origin: 'USERS_URL' },
  orders: { prefix: '/orders', origin: 'ORDERS_URL' },
  payments: { prefix: '/payments', origin: 'PAYMENTS_URL' },
} as const satisfies Record<ServiceName, { prefix: string; origin: keyof GatewayConfig }>

/** The services behind the gateway, by name. */
export type Upstreams = Record<ServiceName, Upstream>

/** Opens the pools; nothing is connected before the first call. */
export function createUpstreams(config: GatewayConfig, metrics: GatewayMetrics): Upstreams {
  const lookup = createSharedLookup()
  const timeoutMs = config.UPSTREAM_TIMEOUT_SECONDS * 1000

  function createUpstream(service: ServiceName): Upstream {
    const { prefix, origin } = TABLE[service]
    const { connect, hasServedBefore } = createConnector({ lookup, timeoutMs })
    const options = {
      connect,
      // Each call keeps its own time until the headers come; this one only sees that a body goes on.
      headersTimeout: 0,
      bodyTimeout: Math.ceil(timeoutMs),
    }
    const kept = new Pool(config[origin], options)
    const fresh = new Pool(config[origin], { ...options, pipelining: 0 })
    const breaker = createBreaker({
      failures: config.BREAKER_FAILURES,
      resetSeconds: config.BREAKER_RESET_SECONDS,
      onTransition: ({ to }) => metrics.observeTransition(service, to),
    })
    return {
      service,
      prefix,
      timeoutMs,
      breaker,
      traffic: createTraffic(),
      metrics,
      kept,
      fresh,
      hasServedBefore,
      close: async () => {
        breaker.close()
        await Promise.all([kept.destroy(), fresh.destroy()])
      },
    }
  }

  return Object.fromEntries(SERVICES.map((service) => [service, createUpstream(service)])) as Upstreams
}
