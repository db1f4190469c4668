import { expect, test } from 'vitest'
import { renderingOn } from '../../testing/rendering.ts'
import { load } from './load.ts'
import type { LoadReport } from './report.ts'

test('a load is told in its numbers and as a histogram', () => {
  const report: LoadReport = {
    ...{ url: 'http://localhost:8000/users/1', asked: { rps: 50, durationMs: 2_000 }, interrupted: false },
    ...{ tookMs: 2_001, sent: 100, failed: 1, rps: 50, answers: { 200: 99 }, errors: { ECONNRESET: 1 } },
    latencyMs: { min: 0.6, mean: 1.2, p50: 0.9, p90: 4, p99: 12.34, max: 1_234 },
    histogram: [
      { fromMs: 0.5, toMs: 1, count: 80 },
      { fromMs: 1, toMs: 2, count: 19 },
    ],
  }
  expect(load.render(report, renderingOn()).result.split('\n')).toEqual([
    'GET /users/1, 50 a second for 2.0 s',
    '',
    'sent     100  50 a second',
    'failed   1',
    'answers  200 × 99, ECONNRESET × 1',
    'latency  p50 0.9 ms  p90 4 ms  p99 12.3 ms  max 1.23 s',
    '',
    `≥ 0.5 ms  80  ${'█'.repeat(40)}`,
    `  ≥ 1 ms  19  ${'█'.repeat(10)}`,
  ])
})
