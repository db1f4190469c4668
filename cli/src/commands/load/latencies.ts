import type { Bucket, Latencies, LoadReport } from './report.ts'

/** Where the histogram's buckets begin, in milliseconds; evenly spread on a logarithmic scale. */
const BOUNDS = [0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]

/** Percentiles and a histogram of latencies in milliseconds. */
export function summarize(latencies: readonly number[]): Pick<LoadReport, 'latencyMs' | 'histogram'> {
  const sorted = [...latencies].sort((a, b) => a - b)
  return { latencyMs: percentiles(sorted), histogram: histogram(sorted) }
}

function percentiles(sorted: readonly number[]): Latencies | null {
  const { length } = sorted
  if (length === 0) return null
  // The nearest rank: a latency that was in fact seen, and that this share of all answers did not exceed.
  const at = (share: number) => round(sorted[Math.ceil(share * length) - 1] ?? 0)
  return {
    min: round(sorted[0] ?? 0),
    mean: round(sorted.reduce((sum, each) => sum + each, 0) / length),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
  }
}

/** The buckets from the first to the last that holds anything. */
function histogram(sorted: readonly number[]): Bucket[] {
  const buckets = BOUNDS.map((fromMs, index) => {
    const toMs = BOUNDS[index + 1] ?? Number.MAX_SAFE_INTEGER
    return { fromMs, toMs, count: sorted.filter((each) => each >= fromMs && each < toMs).length }
  })
  const first = buckets.findIndex(({ count }) => count > 0)
  const last = buckets.findLastIndex(({ count }) => count > 0)
  return first < 0 ? [] : buckets.slice(first, last + 1)
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
