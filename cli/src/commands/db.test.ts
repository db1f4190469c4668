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
  expect(db.render(result, renderingOn())).toEqual({
    result: 'id  name\n 1  a\\nb\\u001b[31m\n10  NULL',
    hints: '2 rows',
  })
  const changed = { ...result, command: 'UPDATE', columns: [], rows: [] }
  expect(db.render(changed, renderingOn()).result).toBe('Done: UPDATE, 2 rows')
})
