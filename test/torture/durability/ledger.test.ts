import { expect, test } from 'vitest'
import { audit, KINDS, type Kind, type Life } from './ledger.ts'

const kind = KINDS[0] as Kind
const created = { status: 201, text: '{"id":7}' }
const life = (facts: Partial<Life>): Life => ({
  ...{
    kind,
    identity: 1,
    key: 'k',
    answers: [created],
    acknowledged: 1,
    possible: undefined,
    deletion: 'none',
  },
  ...facts,
})
const row = (version: number, otherVersion = version, id = 7) => ({ id, identity: 1, version, otherVersion })

test.each([
  ['as acknowledged', life({ acknowledged: 2 }), [row(2)]],
  ['with a change that got no answer', life({ acknowledged: 2, possible: 3 }), [row(3)]],
  ['without it', life({ acknowledged: 2, possible: 3 }), [row(2)]],
  ['deleted', life({ deletion: 'acknowledged' }), []],
  ['perhaps deleted', life({ deletion: 'unknown' }), []],
  ['or not', life({ deletion: 'unknown' }), [row(1)]],
  ['created without an answer', life({ acknowledged: 0, possible: 1, answers: [] }), [row(1)]],
  ['not created, without an answer', life({ acknowledged: 0, possible: 1, answers: [] }), []],
])('an object is as it should be: %s', (_name, subject, rows) => {
  expect(audit([subject], rows)).toEqual([])
})

test.each([
  ['lost', life({}), [], 'lost'],
  ['an older version', life({ acknowledged: 2 }), [row(1)], 'version 2 was acknowledged'],
  ['a version that nobody asked for', life({ possible: 2 }), [row(3)], 'version 1 was acknowledged'],
  ['still there', life({ deletion: 'acknowledged' }), [row(1)], 'deleted, and still there'],
  ['created twice', life({}), [row(1), row(1, 1, 8)], 'created 2 times'],
  ['half a change', life({ possible: 2 }), [row(2, 1)], 'half a change'],
  ['another id', life({}), [row(1, 1, 8)], 'the database has id 8'],
  [
    'two answers to one key',
    life({ answers: [created, { status: 201, text: '{"id":8}' }] }),
    [row(1)],
    'different answers',
  ],
])('a broken promise is seen: %s', (_name, subject, rows, problem) => {
  expect(audit([subject], rows).join()).toContain(problem)
})
