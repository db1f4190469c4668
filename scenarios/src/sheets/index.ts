import type { LabSheet } from '../run-lab.ts'
import { aggregation } from './aggregation.ts'
import { cacheTtl } from './cache-ttl.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { failover } from './failover.ts'
import { idempotency } from './idempotency.ts'
import { payments } from './payments.ts'
import { persistence } from './persistence.ts'
import { staleCache } from './stale-cache.ts'
import { stampede } from './stampede.ts'

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
