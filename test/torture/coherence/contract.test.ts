import { describe, expect, test } from 'vitest'
import { findStaleReads, findViolations } from './contract.ts'
import type { History, Operation } from './history.ts'

const read = (version: number | null, invokedAt: number, returnedAt: number, source = 'HIT'): Operation => ({
  ...{ kind: 'read', version, invokedAt, returnedAt, source, outcome: 'known' },
})
const write = (
  version: number,
  invokedAt: number,
  returnedAt: number,
  outcome: Operation['outcome'] = 'known',
) => ({ kind: 'write', version, invokedAt, returnedAt, outcome }) satisfies Operation
const remove = (invokedAt: number, returnedAt: number): Operation => ({
  ...{ kind: 'delete', version: null, invokedAt, returnedAt, outcome: 'known' },
})
const history = (...operations: Operation[]): History => ({ key: 'user:1', initial: 0, operations })

describe('a read is stale', () => {
  test('when a newer version was acknowledged before it began', () => {
    const found = findStaleReads(history(write(1, 0, 1), read(0, 2, 3), read(1, 4, 5)))
    expect(found).toMatchObject([{ key: 'user:1', read: { version: 0 } }])
    expect(found[0]?.why).toContain('write 1')
  })

  test('not while the newer one has no answer', () => {
    expect(findStaleReads(history(write(1, 0, 10), read(0, 5, 12)))).toEqual([])
    expect(findStaleReads(history(write(1, 0, Infinity, 'unknown'), read(0, 5, 12)))).toEqual([])
  })

  test('not when the two writes raced', () => {
    expect(
      findStaleReads(history(write(1, 0, 10), write(2, 5, 8), read(1, 11, 12), read(2, 11, 12))),
    ).toEqual([])
  })

  test('when a write had been over before an acknowledged one began, whatever else was acknowledged later', () => {
    const found = findStaleReads(history(write(1, 0, 1), write(2, 5, 6), write(3, 0, 7), read(1, 8, 9)))
    expect(found).toHaveLength(1)
  })

  test('when the object was deleted', () => {
    expect(findStaleReads(history(remove(0, 1), read(null, 2, 3)))).toEqual([])
    expect(findStaleReads(history(remove(0, 1), read(0, 2, 3)))).toHaveLength(1)
  })

  test('when nobody has written what it gave', () => {
    expect(findStaleReads(history(read(9, 2, 3)))).toMatchObject([{ why: 'nobody has written that' }])
  })
})

describe('a history', () => {
  test('may go back to the old from the cache while a write has no answer', () => {
    expect(findViolations(history(write(1, 0, 10), read(1, 2, 3), read(0, 4, 5)))).toEqual([])
  })

  test('may not go back by what was read from the database', () => {
    expect(findViolations(history(write(1, 0, 10), read(1, 2, 3), read(0, 4, 5, 'BYPASS')))).toHaveLength(1)
  })

  test('may not go back after the time of a write without an answer', () => {
    const operations = [write(1, 0, 10, 'unknown'), read(1, 11, 12), read(0, 13, 14)]
    expect(findViolations(history(...operations))).toHaveLength(1)
  })

  test('has one order for all who read', () => {
    const operations = [write(1, 0, 3), write(2, 1, 4), read(1, 5, 6), read(2, 7, 8), read(1, 9, 10)]
    expect(findViolations(history(...operations))).toHaveLength(1)
  })
})
