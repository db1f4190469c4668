import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { startPostgres, startRedis } from './throwaway.ts'

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

test('a throw-away server that is killed comes back on its port, PostgreSQL with its data', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-throwaway-'))
  await chmod(dir, 0o711) // as root, the servers run as somebody who has to pass through
  const [postgres, redis] = await Promise.all([
    startPostgres({ dir: path.join(dir, 'postgres'), settings: ['fsync=off'] }),
    startRedis({ dir: path.join(dir, 'redis'), cacheDir: path.resolve('.msctl/cache'), env: process.env }),
  ])
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), redis.stop()])
    await rm(dir, { recursive: true })
  })
  const query = async (sql: string) => {
    const client = new pg.Client(postgres.url)
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  await query('CREATE TABLE kept AS SELECT 1 AS one')
  const pids = [postgres.pid, redis.pid]

  await Promise.all([postgres.kill(), redis.kill()])
  await expect(query('SELECT 1')).rejects.toThrow('ECONNREFUSED')
  await Promise.all([postgres.start(), redis.start()])

  expect(await query('SELECT one FROM kept')).toEqual([{ one: 1 }])
  expect([postgres.pid, redis.pid]).not.toEqual(pids)
})
