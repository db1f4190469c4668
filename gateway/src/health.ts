import { hostname } from 'node:os'
import type { App } from '@msctl/kit'
import { type Health, SERVICES, type ServiceName, type ServiceStatus, type Status } from '@msctl/sdk/contract'
import packageJson from '../package.json' with { type: 'json' }
import { type Probe, probe } from './probe.ts'
import type { TrafficReport } from './traffic.ts'
import type { Upstreams } from './upstreams.ts'

/** What tells this replica of the gateway from others, on this machine and elsewhere: a container's host name is its own. */
const REPLICA = `${hostname()}-${process.pid}`

/** `GET /health` and `GET /status`: how the circuits are, and all that a dashboard draws. */
export function addHealthRoutes(app: App, upstreams: Upstreams): void {
  const startedAt = new Date()

  // 200 for as long as the gateway lives, whatever has become of the services.
  app.get('/health', async (): Promise<Health> => {
    const circuits = forEachService((service) => upstreams[service].breaker.describe())
    return { status: isDegraded(upstreams) ? 'degraded' : 'ok', replica: REPLICA, circuits }
  })

  app.get('/status', async (): Promise<Status> => {
    const probes = await Promise.all(SERVICES.map((service) => probe(upstreams[service])))
    const reports = forEachService((service) => upstreams[service].traffic.describe())
    const services = forEachService((service) =>
      describeService(
        probes[SERVICES.indexOf(service)],
        reports[service],
        upstreams[service].breaker.describe(),
      ),
    )
    const isWell = SERVICES.every((service) => services[service].ready)
    return {
      status: isWell && !isDegraded(upstreams) ? 'ok' : 'degraded',
      version: packageJson.version,
      started_at: startedAt.toISOString(),
      uptime_seconds: Math.round(process.uptime() * 1000) / 1000,
      services,
      cache: sumCache(Object.values(reports)),
    }
  })
}

const forEachService = <T>(describe: (service: ServiceName) => T): Record<ServiceName, T> => ({
  users: describe('users'),
  orders: describe('orders'),
  payments: describe('payments'),
})

const isDegraded = (upstreams: Upstreams): boolean =>
  SERVICES.some((service) => upstreams[service].breaker.describe().status !== 'CLOSED')

function describeService(
  answer: Probe | undefined,
  { requestsPerSecond, requestsTotal, failuresTotal, latency }: TrafficReport,
  circuit: ServiceStatus['circuit'],
): ServiceStatus {
  return {
    reachable: answer?.reachable ?? false,
    ready: answer?.reachable === true && answer.ready,
    latency_ms: answer?.reachable === true ? answer.latencyMs : null,
    circuit,
    requests_per_second: requestsPerSecond,
    requests_total: requestsTotal,
    failures_total: failuresTotal,
    latency,
  }
}

function sumCache(reports: TrafficReport[]): Status['cache'] {
  const sum = { hits: 0, misses: 0, bypasses: 0 }
  for (const { cache } of reports) {
    sum.hits += cache.hits
    sum.misses += cache.misses
    sum.bypasses += cache.bypasses
  }
  const reads = sum.hits + sum.misses + sum.bypasses
  return { ...sum, hit_ratio: reads === 0 ? null : Math.round((sum.hits / reads) * 10_000) / 10_000 }
}
