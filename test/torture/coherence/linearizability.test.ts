import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { History, Operation } from './history.ts'
import { checkLinearizability } from './linearizability.ts'

/** A register that holds 0 at first, and operations as `write 1 @ 0-10`; `?` after the end: without an answer. */
function historyOf(...lines: string[]): History {
  const operations = lines.map((line): Operation => {
    const [, kind, version, from, to, unknown] =
      /^(read|write|delete) ?(\d+|nothing)? @ (\d+)-(\d+|∞)(\?)?$/.exec(line) ?? []
    if (kind === undefined) throw new Error(`No operation: ${line}`)
    return {
      kind: kind as Operation['kind'],
      version: version === undefined || version === 'nothing' ? null : Number(version),
      invokedAt: Number(from),
      returnedAt: to === '∞' ? Infinity : Number(to),
      outcome: unknown === undefined ? 'known' : 'unknown',
    }
  })
  return { key: 'thing:1', initial: 0, operations }
}

const isLinearizable = (...lines: string[]) => checkLinearizability(historyOf(...lines)).isLinearizable

describe('a linearizable history', () => {
  test.each<[string, string[]]>([
    ['that is empty', []],
    ['of one after the other', ['read 0 @ 0-1', 'write 1 @ 2-3', 'read 1 @ 4-5']],
    ['whose read overlaps a write may give the old', ['write 1 @ 0-10', 'read 0 @ 2-4']],
    ['… or the new', ['write 1 @ 0-10', 'read 1 @ 2-4']],
    ['… and then the new', ['write 1 @ 0-10', 'read 0 @ 2-4', 'read 1 @ 5-6']],
    [
      'of two writes at once, in either order',
      ['write 1 @ 0-10', 'write 2 @ 0-10', 'read 2 @ 11-12', 'read 2 @ 13-14'],
    ],
    [
      '… seen in turn',
      ['write 1 @ 0-10', 'write 2 @ 0-20', 'read 1 @ 2-3', 'read 2 @ 4-5', 'read 2 @ 21-22'],
    ],
    ['with a write that got no answer and happened', ['write 1 @ 0-∞?', 'read 0 @ 5-6', 'read 1 @ 7-8']],
    ['… or did not', ['write 1 @ 0-∞?', 'read 0 @ 5-6', 'read 0 @ 7-8']],
    ['… or only later', ['write 1 @ 0-∞?', 'write 2 @ 1-2', 'read 2 @ 5-6', 'read 1 @ 7-8']],
    ['with a deletion', ['delete @ 0-1', 'read nothing @ 2-3']],
    ['with a deletion that got no answer', ['delete @ 0-50?', 'read 0 @ 2-3', 'read nothing @ 4-5']],
    [
      'whose write was refused as the object was gone',
      ['delete @ 0-5', 'read nothing @ 3-9', 'read nothing @ 6-7'],
    ],
    // Herlihy and Wing, 1990, figure 1 in the manner of a register.
    [
      'of three clients',
      ['write 1 @ 0-6', 'read 1 @ 3-5', 'write 2 @ 4-12', 'read 1 @ 7-9', 'read 2 @ 8-14'],
    ],
  ])('%s', (_name, lines) => expect(isLinearizable(...lines)).toBe(true))
})

describe('a history that is not linearizable', () => {
  test.each<[string, string[]]>([
    ['a stale read', ['write 1 @ 0-1', 'read 0 @ 2-3']],
    ['new, then old', ['write 1 @ 0-10', 'read 1 @ 2-4', 'read 0 @ 5-6']],
    ['a read from the future', ['read 1 @ 0-1', 'write 1 @ 2-3']],
    ['a lost write', ['write 1 @ 0-1', 'write 2 @ 2-3', 'read 1 @ 4-5']],
    ['a write that comes back', ['write 1 @ 0-1', 'write 2 @ 2-3', 'read 2 @ 4-5', 'read 1 @ 6-7']],
    ['what nobody wrote', ['read 7 @ 0-1']],
    [
      'two readers who saw two writes in different orders',
      ['write 1 @ 0-10', 'write 2 @ 0-10', 'read 1 @ 11-12', 'read 2 @ 13-14'],
    ],
    [
      '… while they were under way',
      ['write 1 @ 0-90', 'write 2 @ 0-90', 'read 1 @ 1-2', 'read 2 @ 3-4', 'read 1 @ 5-6'],
    ],
    ['a write without an answer that was undone', ['write 1 @ 0-∞?', 'read 1 @ 2-3', 'read 0 @ 4-5']],
    ['a write without an answer after its time', ['write 1 @ 0-9?', 'read 0 @ 10-11', 'read 1 @ 12-13']],
    ['… and after it was replaced', ['write 1 @ 0-9?', 'write 2 @ 10-11', 'read 1 @ 12-13']],
    ['a deletion that was undone', ['delete @ 0-1', 'read nothing @ 2-3', 'read 0 @ 4-5']],
    ['a write to what was deleted', ['delete @ 0-1', 'write 1 @ 2-3']],
    ['two deletions', ['delete @ 0-1', 'delete @ 2-3']],
  ])('%s', (_name, lines) => expect(isLinearizable(...lines)).toBe(false))

  test('names the operation that no order explains', () => {
    const verdict = checkLinearizability(
      historyOf('write 1 @ 0-1', 'read 1 @ 2-3', 'read 0 @ 4-5', 'read 1 @ 6-7'),
    )
    expect(verdict).toMatchObject({
      isLinearizable: false,
      unexplained: { version: 0, invokedAt: 4 },
      state: 1,
    })
  })
})

/** Clients that work a real register, each operation taking effect at a moment of its own. */
const atomicHistories = fc
  .array(
    fc.record({
      kind: fc.constantFrom('read' as const, 'read' as const, 'write' as const),
      at: fc.integer({ min: 0, max: 1000 }),
      before: fc.integer({ min: 0, max: 60 }),
      after: fc.integer({ min: 1, max: 60 }),
      isAnswered: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps): History => {
    let state = 0
    const operations = steps
      .sort((a, b) => a.at - b.at)
      .map(({ kind, at, before, after, isAnswered }, index): Operation => {
        if (kind === 'write') state = index + 1
        const isKnown = kind === 'read' || isAnswered
        return {
          kind,
          version: state,
          invokedAt: at - before,
          returnedAt: isKnown ? at + after : Infinity,
          outcome: isKnown ? 'known' : 'unknown',
        }
      })
    return { key: 'thing:1', initial: 0, operations }
  })

describe('of generated histories', () => {
  test('those of a real register are linearizable', () => {
    fc.assert(fc.property(atomicHistories, (history) => checkLinearizability(history).isLinearizable))
  })

  test('it says the same as trying every order', () => {
    const small = fc
      .array(
        fc.record({
          kind: fc.constantFrom('read' as const, 'write' as const),
          version: fc.integer({ min: 0, max: 3 }),
          invokedAt: fc.integer({ min: 0, max: 20 }),
          took: fc.integer({ min: 1, max: 12 }),
          outcome: fc.constantFrom('known' as const, 'known' as const, 'unknown' as const),
        }),
        { maxLength: 6 },
      )
      .map(
        (steps): History => ({
          key: 'thing:1',
          initial: 0,
          operations: steps.map(({ kind, version, invokedAt, took, outcome }, index) => ({
            kind,
            // Each write has a version of its own.
            version: kind === 'write' ? index + 1 : version,
            invokedAt,
            returnedAt: invokedAt + took,
            outcome: kind === 'read' ? 'known' : outcome,
          })),
        }),
      )
    fc.assert(
      fc.property(small, (history) => {
        expect(checkLinearizability(history).isLinearizable).toBe(
          isExplainedByAnyOrder(history.operations, 0),
        )
      }),
      { numRuns: 3000 },
    )
  })

  test('thousands of operations are no matter', () => {
    const operations = Array.from({ length: 20_000 }, (_, index): Operation => {
      const isWrite = index % 10 === 0
      return {
        kind: isWrite ? 'write' : 'read',
        version: isWrite ? index + 1 : index - (index % 10) + 1,
        invokedAt: index * 10 - 95 + (index % 10),
        returnedAt: index * 10 + 5 - (index % 10),
        outcome: 'known',
      }
    })
    const history = { key: 'thing:1', initial: 0, operations }
    expect(checkLinearizability(history).isLinearizable).toBe(true)
    const last = operations.length - 1
    operations[last] = { ...(operations[last] as Operation), version: 1 }
    expect(checkLinearizability(history).isLinearizable).toBe(false)
  })
})

/** The definition itself, for what is small. */
function isExplainedByAnyOrder(rest: Operation[], state: number | null): boolean {
  if (rest.every(({ outcome }) => outcome === 'unknown')) return true
  const earliestEnd = Math.min(...rest.map(({ returnedAt }) => returnedAt))
  return rest.some((operation) => {
    const others = rest.filter((other) => other !== operation)
    // One whose time is over without an effect.
    if (operation.outcome === 'unknown' && isExplainedByAnyOrder(others, state)) return true
    if (operation.invokedAt > earliestEnd) return false
    if (operation.kind === 'read') return operation.version === state && isExplainedByAnyOrder(others, state)
    return isExplainedByAnyOrder(others, operation.version)
  })
}
