import * as z from 'zod/mini'
import { Order } from './orders.ts'
import { SERVICES } from './services.ts'
import { User } from './users.ts'

export const ServiceName = z.enum(SERVICES)
export type ServiceName = z.infer<typeof ServiceName>

export const CircuitState = z.enum(['CLOSED', 'OPEN', 'HALF_OPEN'])
export type CircuitState = z.infer<typeof CircuitState>

const Count = z.int().check(z.nonnegative())
const Instant = z.iso.datetime()

/** A change of a circuit's state. */
export const Transition = z.object({ from: CircuitState, to: CircuitState, at: Instant })
export type Transition = z.infer<typeof Transition>

/** One circuit in `GET /health`. */
export const Circuit = z.object({
  status: CircuitState,
  /** Failures in a row; in an open circuit those that opened it. */
  failure_count: Count,
  /** When it opened; null while it is closed. */
  opened_at: z.nullable(Instant),
  /** Seconds until the trial request is let through; null while it is closed. */
  retry_in_seconds: z.nullable(z.number().check(z.nonnegative())),
  /** Its latest transitions, oldest first. */
  transitions: z.array(Transition),
})
export type Circuit = z.infer<typeof Circuit>

const perService = <T extends z.ZodMiniType>(schema: T) =>
  z.object({ users: schema, orders: schema, payments: schema })

/** The answer of `GET /health`: `degraded` while any circuit is not closed. */
export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  /** Which replica of the gateway answered: circuits are each one's own. */
  replica: z.optional(z.string()),
  circuits: perService(Circuit),
})
export type Health = z.infer<typeof Health>

const Milliseconds = z.number().check(z.nonnegative())

/** How long the requests of the last minute took, in milliseconds; null where there were none. */
export const Latency = z.object({
  p50: z.nullable(Milliseconds),
  p90: z.nullable(Milliseconds),
  p99: z.nullable(Milliseconds),
  max: z.nullable(Milliseconds),
})
export type Latency = z.infer<typeof Latency>

/** One service in `GET /status`. */
export const ServiceStatus = z.object({
  /** Whether it answered a probe of its own just now; probes do not count for the circuit. */
  reachable: z.boolean(),
  /** Whether it said that it is ready. */
  ready: z.boolean(),
  /** How long the probe took; null when nothing answered. */
  latency_ms: z.nullable(Milliseconds),
  circuit: Circuit,
  /** Requests a second over the last 10 seconds. */
  requests_per_second: z.number().check(z.nonnegative()),
  /** Requests since the gateway started, and those that failed (the circuit's failures). */
  requests_total: Count,
  failures_total: Count,
  /** Latency of the last minute. */
  latency: Latency,
})
export type ServiceStatus = z.infer<typeof ServiceStatus>

/** The answer of `GET /status`: all that a dashboard draws. */
export const Status = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  started_at: Instant,
  uptime_seconds: z.number().check(z.nonnegative()),
  services: perService(ServiceStatus),
  /** What `X-Cache` said since the gateway started; the ratio is null before the first cached read. */
  cache: z.object({ hits: Count, misses: Count, bypasses: Count, hit_ratio: z.nullable(z.number()) }),
})
export type Status = z.infer<typeof Status>

/** The answer of `GET /ready`, of the gateway and of each service: 200 when `ready`, else 503. */
export const Ready = z.object({
  status: z.enum(['ready', 'not ready']),
  /** What was looked at, and what was found: `ok`, or why not. */
  checks: z.record(z.string(), z.string()),
})
export type Ready = z.infer<typeof Ready>

/**
 * The answer of `GET /users/{id}/details`. While orders are not to be had, `orders` is null and `degraded` names what
 * is missing.
 */
export const UserDetails = z.object({
  user: User,
  orders: z.nullable(z.array(Order)),
  degraded: z.optional(z.array(ServiceName)),
})
export type UserDetails = z.infer<typeof UserDetails>
