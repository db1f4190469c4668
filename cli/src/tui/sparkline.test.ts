import { expect, test } from 'vitest'
import { sparkline } from './sparkline.ts'

test('bars reach from nothing to the largest value, the newest at the right', () => {
  expect(sparkline([0, 1, 50, 100], { width: 6 })).toEqual(['  ▁▂▄█'])
  expect(sparkline([100, 0, 100], { width: 2 })).toEqual(['▁█'])
})

test('a moment without a value is a gap', () => {
  expect(sparkline([10, null, 10], { width: 3 })).toEqual(['█ █'])
})

test('two rows of bars with the same top can be compared', () => {
  expect(sparkline([25], { width: 1, top: 100 })).toEqual(['▂'])
  expect(sparkline([200], { width: 1, top: 100 })).toEqual(['█'])
})

test('several lines are one bar above the other', () => {
  expect(sparkline([0, 50, 75, 100], { width: 4, height: 2 })).toEqual(['  ▄█', '▁███'])
})
