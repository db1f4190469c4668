import { expect, test } from 'vitest'
import { settleWays, type Way } from './details-in-parallel.ts'

const P = 'in-parallel'
const O = 'one-by-one'
const N = 'unseen'
const U = 'unclear'
const L = 'late'

test.for<[Way[], Way | undefined]>([
  [[], undefined],
  [[P], P],
  [[O, O, U, P], P],
  [[O, O], undefined],
  [[O, O, O], O],
  [[O, L, N, O, O], O],
  [[N, N], undefined],
  [[N, N, N], N],
  // What was seen once is not taken back by a cache.
  [[O, N, N, N], undefined],
  [[N, N, U, N, N, N], U],
  [[O, N, O, N, N, U], U],
  // Nobody is believed to do right because nothing could be seen.
  [[U, U, U], undefined],
  [[U, U, U, U, U, U], U],
  [[U, U, L, U, U, O], L],
])('%j comes to %s', ([ways, settled]) => {
  expect(settleWays(ways)).toBe(settled)
})
