import { expect, inject, test } from 'vitest'
import type { DatabaseAccess } from './platform.ts'
import { freePort } from './ports.ts'
import { runSql } from './run-sql.ts'

const url = new URL(inject('postgresUrl'))
const access: DatabaseAccess = {
  user: url.username,
  database: 'postgres',
  connection: { host: url.hostname, port: Number(url.port), password: decodeURIComponent(url.password) },
  psql: () => ({ command: 'psql', args: [], env: {} }),
}
const { signal } = new AbortController()
const query = (sql: string) => runSql(access, sql, signal)

test('numbers, truth values and JSON keep their kind; everything else is as PostgreSQL prints it', async () => {
  const [result] = await query(`SELECT 1 AS a, 2.5::float8 AS b, true AS c, '{"d":1}'::jsonb AS d, NULL AS e,
    timestamp '2026-01-02 03:04:05' AS f, 9007199254740993::int8 AS g, 'NaN'::float8 AS h, 'ж' AS a`)
  expect(result).toEqual({
    database: 'postgres',
    command: 'SELECT',
    rowCount: 1,
    columns: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a'],
    rows: [[1, 2.5, true, { d: 1 }, null, '2026-01-02 03:04:05', '9007199254740993', 'NaN', 'ж']],
  })
})

test('of several statements each has its result', async () => {
  const results = await query(
    'CREATE TEMP TABLE t (id int); INSERT INTO t VALUES (1), (2); SELECT 1 AS a; SELECT 2 AS b',
  )
  expect(results).toMatchObject([
    { command: 'CREATE', columns: [] },
    { command: 'INSERT', rowCount: 2, columns: [], rows: [] },
    { command: 'SELECT', columns: ['a'], rows: [[1]] },
    { command: 'SELECT', columns: ['b'], rows: [[2]] },
  ])
})

test('a mistake is told in the words of PostgreSQL, and where it is', async () => {
  await expect(query('SELECT 1,\n  nme FROM pg_class')).rejects.toMatchObject({
    code: 'sql-failed',
    facts: { message: 'column "nme" does not exist', place: ['  nme FROM pg_class', '  ^'] },
  })
})

test('a database that is not there is said not to answer', async () => {
  const nowhere = { ...access, connection: { host: '127.0.0.1', port: await freePort(), password: 'x' } }
  await expect(runSql(nowhere, 'SELECT 1', signal)).rejects.toMatchObject({
    code: 'part-unreachable',
  })
})

test('an interruption ends a statement that takes long', async () => {
  const controller = new AbortController()
  const running = runSql(access, 'SELECT pg_sleep(30)', controller.signal)
  setTimeout(() => controller.abort(new Error('enough')), 300)
  await expect(running).rejects.toThrow('enough')
})
