import { describe, expect, test } from 'vitest'
import {
  confidenceInterval,
  judgeCountdown,
  judgeFailureRate,
  judgeFreshTtl,
  judgeOpening,
  judgeReset,
  likelyCounts,
  spreadOf,
} from './index.ts'

describe('the rate of failures', () => {
  test.each([
    // Computed with exact fractions.
    [300, 0.3, 1e-6, 53, 130],
    [100, 0.3, 1e-6, 10, 53],
    [10, 0.5, 0.05, 2, 8],
  ])('of %d at %d leaves chance (%d) between %d and %d', (of, rate, falseAlarm, least, most) => {
    expect(likelyCounts(of, rate, falseAlarm)).toEqual([least, most])
  })

  test('holds where chance can bring it, and not where it cannot', () => {
    const held = [0, 52, 53, 90, 130, 131, 300].map(
      (failed) => judgeFailureRate({ failed, of: 300, expectedRate: 0.3 }).held,
    )
    expect(held).toEqual([false, false, true, true, true, false, false])
  })

  test('says how sure one can be of it', () => {
    expect(confidenceInterval(30, 100).map((share) => share.toFixed(3))).toEqual(['0.219', '0.396'])
    expect(judgeFailureRate({ failed: 30, of: 100, expectedRate: 0.3 }).actual).toMatchObject({
      en: '30 of 100 failed: 30 % (95 % interval 21.9 %–39.6 %).',
    })
  })

  test('knows the certain cases', () => {
    expect(likelyCounts(20, 0, 1e-6)).toEqual([0, 0])
    expect(likelyCounts(20, 1, 1e-6)).toEqual([20, 20])
  })
})

describe('a TTL', () => {
  test.each([
    [300, true],
    [290, true],
    [289, false],
    [301, false],
    [null, false],
  ])('of %s right after the fill: %s', (seconds, held) => {
    expect(judgeFreshTtl(seconds, 300).held).toBe(held)
  })

  test.each([
    [300, 297, 3000, true],
    [300, 298, 3000, true],
    [300, 300, 3000, false],
    [300, 300, 1000, false],
    [300, 290, 3000, false],
    [300, null, 3000, false],
  ])('from %s to %s in %d ms: %s', (before, after, elapsedMs, held) => {
    expect(judgeCountdown(before, after, elapsedMs).held).toBe(held)
  })
})

describe('a circuit', () => {
  test('opens at the failure that it ought to open at', () => {
    const refusals = (failures: number) => Array.from({ length: 6 }, (_, index) => index >= failures)
    expect([3, 4, 5, 6].map((failures) => judgeOpening(refusals(failures), 5).held)).toEqual([
      false,
      false,
      true,
      false,
    ])
  })

  test.each([
    [20_000, false],
    [26_900, false],
    [27_000, true],
    [30_100, true],
    [45_000, false],
    [undefined, false],
  ])('that tries again after %s ms instead of 30 s: %s', (elapsedMs, held) => {
    expect(judgeReset(elapsedMs, 30).held).toBe(held)
  })
})

test('a spread is the middle and the middle half', () => {
  expect(spreadOf([9, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual({
    leastMs: 1,
    medianMs: 5,
    lowMs: 3,
    highMs: 7,
    count: 9,
  })
  expect(() => spreadOf([])).toThrow(RangeError)
})
