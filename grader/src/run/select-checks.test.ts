import { expect, test } from 'vitest'
import { EXPERIMENTS } from '../checks/index.ts'
import { assertKnown } from './select-checks.ts'

test('criteria, checks and the beginnings of their names are known', () => {
  const words = ['caching', 'code-quality', 'advice', 'circuit-breaker.users', 'correctness.users.create']
  expect(() => assertKnown(EXPERIMENTS, words)).not.toThrow()
})

test.each(['typo', 'payments.filter2', 'correctness.users.creat', 'circuit'])('%s is refused', (given) => {
  expect(() => assertKnown(EXPERIMENTS, ['caching', given])).toThrow(
    expect.objectContaining({ code: 'unknown-check', facts: expect.objectContaining({ given }) }),
  )
})
