import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { growthOf } from './slope.ts'
import { soakPlatform } from './soak.ts'

test('growth is what most of the samples show, not a few', () => {
  const samples = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * 1000, value }))
  expect(growthOf(samples([1, 2, 3, 4, 5]))).toBeCloseTo(4)
  expect(growthOf(samples([5, 5, 90, 5, 5, 70, 5]))).toBe(0)
  expect(growthOf(samples([7]))).toBe(0)
})

test('a part that is disturbed causes errors, and nothing else does', async () => {
  const { violations, figures } = await soakPlatform(await shortForm(), { durationMs: 1000, quietMs: 500 })
  expect(violations).toEqual([])
  expect(figures.disturbances).toBe(1)
  expect(figures.answers).toBeGreaterThan(0)
}, 90_000)
