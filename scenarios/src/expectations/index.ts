export { confidenceInterval, judgeFailureRate, likelyCounts } from './failure-rate.ts'
export { type Spread, spreadOf } from './latencies.ts'
export { judgeOpening, judgeReset, wasTried } from './opening.ts'
export { judgeCountdown, judgeFreshTtl } from './ttl.ts'
