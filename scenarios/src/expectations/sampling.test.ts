import { expect, test } from 'vitest'
import { judgeSoFar, periodOf } from './index.ts'

const sampling = { rate: 0.3, others: [0.2, 0.45], falseAlarm: 1e-6, looks: 16 }

test.each([
  [0, 48, undefined],
  [0, 148, 'wrong'],
  [48, 48, 'wrong'],
  [14, 48, undefined],
  [75, 248, 'right'],
  [124, 248, 'wrong'],
  [50, 248, undefined],
  [310, 1548, 'wrong'],
  [464, 1548, 'right'],
])('where three in ten should, %d of %d failed: %s', (failed, of, verdict) => {
  expect(judgeSoFar(failed, of, sampling)).toBe(verdict)
})

test('finds what repeats, and takes all alike for no pattern', () => {
  const every = (period: number) => Array.from({ length: 48 }, (_, index) => index % period === 0)
  expect([2, 3, 7, 10].map((period) => periodOf(every(period)))).toEqual([2, 3, 7, 10])
  expect(periodOf(Array.from({ length: 48 }, () => true))).toBeUndefined()
  expect(periodOf(every(3).with(20, true))).toBeUndefined()
})
