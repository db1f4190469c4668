import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Latency } from '@msctl/sdk/contract'

/** The latency of the last minute is kept in slots of five seconds, of which the oldest is overwritten. */
const SLOT_MS = 5000
const SLOTS = 12
/** A rate is that of the last ten seconds. */
const RATE_SECONDS = 10
/** The longest latency that is told apart, in microseconds. */
const MAX_LATENCY_US = 600_000_000

/** How the calls of one service have fared. */
export interface Traffic {
  countRequest(): void
  countFailure(): void
  /** What `X-Cache` said. */
  countCache(outcome: string): void
  /** @param durationMs from the call to the end of its answer. */
  recordLatency(durationMs: number): void
  describe(): TrafficReport
}

/** What `/status` says of the calls of one service. */
export interface TrafficReport {
  requestsTotal: number
  failuresTotal: number
  requestsPerSecond: number
  latency: Latency
  cache: { hits: number; misses: number; bypasses: number }
}

/** @param now the time in milliseconds, by a clock that nobody sets. */
export function createTraffic(now: () => number = () => performance.now()): Traffic {
  const startedAtMs = now()
  const slots = Array.from({ length: SLOTS }, () => ({ index: -1, histogram: newHistogram() }))
  const seconds = Array.from({ length: RATE_SECONDS + 1 }, () => ({ index: -1, count: 0 }))
  const cache = { hits: 0, misses: 0, bypasses: 0 }
  let requestsTotal = 0
  let failuresTotal = 0

  return {
    countRequest: () => {
      requestsTotal += 1
      const index = Math.floor(now() / 1000)
      const second = at(seconds, index)
      if (second.index !== index) {
        second.index = index
        second.count = 0
      }
      second.count += 1
    },
    countFailure: () => {
      failuresTotal += 1
    },
    countCache: (outcome) => {
      if (outcome === 'HIT') cache.hits += 1
      else if (outcome === 'MISS') cache.misses += 1
      else if (outcome === 'BYPASS') cache.bypasses += 1
    },
    recordLatency: (durationMs) => {
      const index = Math.floor(now() / SLOT_MS)
      const slot = at(slots, index)
      if (slot.index !== index) {
        slot.index = index
        slot.histogram.reset()
      }
      slot.histogram.record(Math.min(Math.max(1, Math.round(durationMs * 1000)), MAX_LATENCY_US))
    },
    describe: () => {
      const nowMs = now()
      return {
        requestsTotal,
        failuresTotal,
        requestsPerSecond: rateOf(seconds, nowMs, startedAtMs),
        latency: latencyOf(slots, Math.floor(nowMs / SLOT_MS)),
        cache: { ...cache },
      }
    },
  }
}

const newHistogram = (): RecordableHistogram =>
  createHistogram({ lowest: 1, highest: MAX_LATENCY_US, figures: 2 })

function at<T>(ring: T[], index: number): T {
  const slot = ring[index % ring.length]
  if (slot === undefined) throw new RangeError('A ring has no such slot')
  return slot
}

/** The current second is not over, so it is the ten before that count, or as many as there have been. */
function rateOf(seconds: { index: number; count: number }[], nowMs: number, startedAtMs: number): number {
  const current = Math.floor(nowMs / 1000)
  const requests = seconds
    .filter(({ index }) => index > current - seconds.length && index <= current)
    .reduce((sum, { count }) => sum + count, 0)
  const elapsed = Math.min(RATE_SECONDS + (nowMs % 1000) / 1000, (nowMs - startedAtMs) / 1000)
  return elapsed > 0 ? round(requests / Math.max(elapsed, 1)) : 0
}

function latencyOf(slots: { index: number; histogram: RecordableHistogram }[], current: number): Latency {
  const minute = newHistogram()
  for (const { index, histogram } of slots) {
    if (index > current - SLOTS && histogram.count > 0) minute.add(histogram)
  }
  if (minute.count === 0) return { p50: null, p90: null, p99: null, max: null }
  const percentile = (share: number) => round(minute.percentile(share) / 1000)
  return { p50: percentile(50), p90: percentile(90), p99: percentile(99), max: round(minute.max / 1000) }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
