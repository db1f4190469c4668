import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, inject, test } from 'vitest'

test('the test run has a PostgreSQL 15 of its own that speaks UTF-8', async () => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
              current_setting('listen_addresses') AS addresses, current_user AS "user"`,
    )
    expect(rows).toEqual([{ major: 15, encoding: 'UTF8', addresses: '127.0.0.1', user: 'user' }])
  } finally {
    await client.end()
  }
})

test('the test run knows how to start a Redis', async () => {
  const { command, env } = inject('redisBinary')
  const { stdout } = await promisify(execFile)(command, ['--version'], { env })
  expect(stdout).toMatch(/(Redis|Valkey) server v=\d+/)
})
