import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export { Counter, Gauge, Histogram } from 'prom-client'

/** What `GET /metrics` shows, in Prometheus' text format. */
export interface Metrics {
  /** For further metrics of a part's own. */
  registry: Registry
  /** Counts a request that has been answered. */
  observeRequest(labels: { method: string; route: string; status: number }, durationMs: number): void
}

/**
 * Metrics of the process, and of the requests that it answers, each labelled with the service's name.
 *
 * @param options.ofProcess default true; false where several parts share a process, as its own are watched by timers that never end.
 */
export function createMetrics(service: string, { ofProcess = true } = {}): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return {
    registry,
    observeRequest: ({ method, route, status }, durationMs) => {
      duration.observe({ method, route, status }, durationMs / 1000)
    },
  }
}
