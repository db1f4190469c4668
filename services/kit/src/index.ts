export { type App, createApp, type ReadinessProbe } from './app.ts'
export { BODY_LIMIT_BYTES } from './body.ts'
export {
  ConfigError,
  integer,
  positiveInteger,
  positiveNumber,
  probability,
  processConfig,
  readConfig,
  storeConfig,
  url,
} from './config.ts'
export { createLogger, type Logger } from './log.ts'
export { Counter, createMetrics, Gauge, Histogram, type Metrics } from './metrics.ts'
export { notFound, ProblemError, sendProblem, unprocessable } from './problems.ts'
export { run } from './run.ts'
