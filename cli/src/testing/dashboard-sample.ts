import type { PlatformStatus } from '@msctl/platform/platform'
import type { Circuit, ServiceStatus, Status } from '@msctl/sdk/contract'
import { ROWS } from '../tui/state.ts'

/** The moment of all samples, in epoch milliseconds; the same everywhere when shown as a time of day in UTC. */
export const NOON = Date.parse('2026-11-22T12:00:00.000Z')

/** A moment as the contract says it. */
export const iso = (at: number): string => new Date(at).toISOString()

/** A circuit, closed unless said otherwise. */
export function sampleCircuit(changes: Partial<Circuit> = {}): Circuit {
  return {
    status: 'CLOSED',
    failure_count: 0,
    opened_at: null,
    retry_in_seconds: null,
    transitions: [],
    ...changes,
  }
}

/** A circuit that opened 18 seconds before noon and lets a trial through 12 seconds after. */
export const openCircuit = (): Circuit =>
  sampleCircuit({
    status: 'OPEN',
    failure_count: 5,
    opened_at: iso(NOON - 18_000),
    retry_in_seconds: 12,
    transitions: [{ from: 'CLOSED', to: 'OPEN', at: iso(NOON - 18_000) }],
  })

/** A service without traffic, unless said otherwise. */
export function sampleService(changes: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    reachable: true,
    ready: true,
    latency_ms: 1.25,
    circuit: sampleCircuit(),
    requests_per_second: 0,
    requests_total: 0,
    failures_total: 0,
    latency: { p50: null, p90: null, p99: null, max: null },
    ...changes,
  }
}

/** What a gateway says that has run for five minutes. */
export function sampleStatus(
  services: Partial<Status['services']> = {},
  changes: Partial<Status> = {},
): Status {
  return {
    status: 'ok',
    version: '0.1.0',
    started_at: iso(NOON - 300_000),
    uptime_seconds: 300,
    services: { users: sampleService(), orders: sampleService(), payments: sampleService(), ...services },
    cache: { hits: 87, misses: 13, bypasses: 0, hit_ratio: 0.87 },
    ...changes,
  }
}

/** The parts as the local driver sees them; those that are named are down. */
export function samplePlatform(...down: string[]): PlatformStatus {
  const isDown = down.length === ROWS.length
  return {
    driver: 'local',
    url: isDown ? null : 'http://localhost:8000',
    dataDir: '/data',
    parts: ROWS.map((name, index) => ({
      name,
      state: down.includes(name) ? ('down' as const) : ('up' as const),
      pid: 100 + index,
      port: 8000 + index,
      url: null,
      startedAt: iso(NOON - 300_000),
      memoryBytes: 80e6,
    })),
  }
}
