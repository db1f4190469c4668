import type { Sheet } from '../engine/index.ts'
import { aggregation } from './aggregation.ts'
import { cacheTtl } from './cache-ttl.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { failover } from './failover.ts'
import { idempotency } from './idempotency.ts'
import { payments } from './payments.ts'
import { persistence } from './persistence.ts'
import type { LabWorld } from './run-lab.ts'
import { staleCache } from './stale-cache.ts'
import { stampede } from './stampede.ts'

export { type LabOptions, type LabWorld, runLab } from './run-lab.ts'

/** A sheet about the platform, whatever its steps remember. */
// biome-ignore lint/suspicious/noExplicitAny: what a sheet remembers is its own affair, and differs from sheet to sheet.
export type LabSheet = Sheet<LabWorld, any>

/** The documented scenarios, in the order in which a course takes them. */
export const LABS: readonly LabSheet[] = [
  cacheTtl,
  circuitBreaker,
  persistence,
  aggregation,
  payments,
  failover,
  staleCache,
  stampede,
  idempotency,
]
