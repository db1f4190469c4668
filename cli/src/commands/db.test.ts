import { expect, test } from 'vitest'
import { renderingOn } from '../testing/rendering.ts'
import { db } from './db.ts'

test('rows are a table, in which no value can break a line or the terminal', () => {
  const result = {
    database: 'users_db',
    command: 'SELECT',
    rowCount: 2,
    columns: ['id', 'name'],
    rows: [
      [1, 'a\nb\u001b[31m'],
      [10, null],
    ],
  }
  expect(db.render([result], renderingOn())).toEqual({
    result: 'id  name\n 1  a\\nb\\u001b[31m\n10  NULL',
    hints: '2 rows',
  })
  const changed = { ...result, command: 'UPDATE', columns: [], rows: [] }
  expect(db.render([changed], renderingOn()).result).toBe('Done: UPDATE, 2 rows')
})

test('of several statements each result is shown, and given as JSON', () => {
  const one = { database: 'users_db', command: 'SELECT', rowCount: 1, columns: ['a'], rows: [[1]] }
  const two = { ...one, columns: ['b'], rows: [[2]] }
  expect(db.render([one, two], renderingOn())).toEqual({ result: 'a\n1\n\nb\n2' })
  const asJson = (name: string, value: number) => ({
    ...{ database: 'users_db', command: 'SELECT', rowCount: 1, columns: [name] },
    rows: [{ [name]: value }],
  })
  expect(db.toJson?.([one, two])).toEqual({ results: [asJson('a', 1), asJson('b', 2)] })
  expect(db.toJson?.([one])).toEqual(asJson('a', 1))
})
