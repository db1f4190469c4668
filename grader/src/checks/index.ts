import type { Experiment } from '../run/grader.ts'
import { databaseAdvice } from './advice-database.ts'
import { inputAdvice } from './advice-input.ts'
import { staleReads } from './advice-stale-reads.ts'
import { caching } from './caching/experiment.ts'
import { circuitBreaker } from './circuit-breaker/experiment.ts'
import { compose } from './compose.ts'
import { details } from './correctness/details.ts'
import { correctness } from './correctness/experiment.ts'
import { gateway } from './correctness/gateway.ts'
import { payments } from './payments/experiment.ts'
import { persistence } from './persistence/experiment.ts'
import { stored } from './persistence/stored.ts'
import { structure } from './structure.ts'

/** Everything that is asked of a target, in the order in which it begins: what is quick first, what takes all services last. */
export const EXPERIMENTS: readonly Experiment[] = [
  compose,
  structure,
  ...correctness,
  gateway,
  details,
  ...caching,
  payments,
  stored,
  ...inputAdvice,
  ...databaseAdvice,
  ...staleReads,
  persistence,
  circuitBreaker,
]
