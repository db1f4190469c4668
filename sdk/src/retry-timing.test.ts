import { describe, expect, test } from 'vitest'
import { parseRetryAfter, retryDelay } from './retry-timing.ts'

const backoff = { baseMs: 250, capMs: 8000 }
const ALMOST_ONE = 1 - Number.EPSILON

describe('the wait before a retry', () => {
  test.each([
    // attempt, random, Retry-After, remaining → wait
    [1, 0, undefined, 30_000, 0],
    [1, 0.5, undefined, 30_000, 125],
    [1, ALMOST_ONE, undefined, 30_000, 250],
    [2, ALMOST_ONE, undefined, 30_000, 500],
    [3, ALMOST_ONE, undefined, 30_000, 1000],
    [6, ALMOST_ONE, undefined, 30_000, 8000],
    [60, ALMOST_ONE, undefined, 30_000, 8000],
    [2000, ALMOST_ONE, undefined, 30_000, 8000],
    [1, 0.5, undefined, 126, 125],
    [1, 0.5, undefined, 125, undefined],
    [1, 0.5, undefined, 0, undefined],
    [1, 0, undefined, 0, undefined],
    [1, 0, undefined, -5, undefined],
    [1, 0.5, undefined, Number.POSITIVE_INFINITY, 125],
    [1, 0, 2000, 30_000, 2000],
    [1, 0.5, 2000, 30_000, 2125],
    [3, 0.5, 2000, 30_000, 2500],
    [1, 0.5, 0, 30_000, 125],
    [1, 0.5, 2000, 2125, 2000],
    [1, 0.5, 2000, 2001, 2000],
    [1, 0.5, 2000, 2000, undefined],
    [1, 0.5, 30_000, 10_000, undefined],
    [1, 0.5, 3_600_000, Number.POSITIVE_INFINITY, 3_600_125],
  ])(
    'attempt %d, random %d, Retry-After %s ms, %d ms left: %s',
    (attempt, random, retryAfterMs, remainingMs, wait) => {
      const delay = retryDelay({ attempt, random, retryAfterMs, remainingMs, backoff })
      if (wait === undefined) expect(delay).toBeUndefined()
      else expect(delay).toBeCloseTo(wait)
    },
  )
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 31, 12, 0, 0)

  test.each([
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['30', 30_000],
    [' 30 ', 30_000],
    [['5', '9'], 5000],
    ['1.5', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Sat, 31 Jan 2026 12:00:07 GMT', 7000],
    ['Saturday, 31-Jan-26 12:00:07 GMT', 7000],
    ['Sat, 31 Jan 2026 11:59:00 GMT', 0],
    ['Sat, 99 Foo 2026 11:59:00 GMT', undefined],
  ])('%j is %s', (header, milliseconds) => {
    expect(parseRetryAfter(header, now)).toBe(milliseconds)
  })
})
