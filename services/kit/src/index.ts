export { sendDeleted, sendFound, sendList, sendRead, sendStored } from './answers.ts'
export { type Admit, type App, createApp, type ReadinessProbe } from './app.ts'
export { BODY_LIMIT_BYTES } from './body.ts'
export type { Cache, CacheRead } from './cache.ts'
export {
  ConfigError,
  integer,
  optionalCount,
  positiveInteger,
  positiveNumber,
  probability,
  processConfig,
  readConfig,
  storeConfig,
  url,
} from './config.ts'
export { type Database, indexDdl, isUniqueViolation, type Query } from './database.ts'
export { type Idempotency, idempotencyKeyOf, type StoredAnswer } from './idempotency.ts'
export { createLogger, type Logger } from './log.ts'
export { Counter, createMetrics, Gauge, Histogram, type Metrics } from './metrics.ts'
export { type PageRequest, streamList } from './paging.ts'
export { notFound, ProblemError, sendProblem, toBody, unprocessable } from './problems.ts'
export { run, start } from './run.ts'
export { openStores, type Stores } from './stores.ts'
export { IdParams } from './validation.ts'
