import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDatabase, createTables, type Database, indexDdl } from './database.ts'
import { createTestDatabase, freePort, runAsAdmin, silentLog } from './testing/stores.ts'

function open(url: string, poolSize = 5): Database {
  const database = connectDatabase({ url, poolSize, log: silentLog })
  onTestFinished(() => database.close())
  return database
}

const sql = (text: string) => ({ name: '', text })
const forever = () => ({ log: silentLog, signal: new AbortController().signal })

describe('a database', () => {
  test('gives times in ISO 8601, in UTC, whatever the zone of the server', async () => {
    const url = await createTestDatabase()
    await runAsAdmin(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET timezone = 'Asia/Tokyo'`)
    const [row] = await open(url).query<{ now: string }>(sql('SELECT NOW()::timestamp AS now'))
    expect(row?.now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    expect(Math.abs(Date.parse(row?.now ?? '') - Date.now())).toBeLessThan(60_000)
  })

  test('that is not there is a 503, with the reason for the log', async () => {
    const failure = await open(`postgres://user:x@127.0.0.1:${await freePort()}/none`)
      .ping()
      .catch((error) => error)
    expect(failure).toMatchObject({ problem: 'unavailable', headers: { 'retry-after': '1' } })
    expect(failure.cause.code).toBe('ECONNREFUSED')
  })

  test('that never answers is a 503 before the gateway gives up', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const failure = open(`postgres://user:x@127.0.0.1:${port}/none`)
      .ping()
      .catch((error) => error)
    expect(await Promise.race([failure, delay(3000, 'late')])).toMatchObject({ problem: 'unavailable' })
  })

  test('that drops a connection with its first answer is a 503, and ends nothing', async () => {
    const message = (type: string, content: string) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(4 + content.length)
      return Buffer.concat([Buffer.from(type), length, Buffer.from(content, 'latin1')])
    }
    const welcome = [message('R', '\0\0\0\0'), message('Z', 'I')]
    const farewell = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')
    const server = createServer((socket) => {
      socket.on('error', () => undefined) // the client may hang up first
      socket.once('data', () => socket.end(Buffer.concat([...welcome, farewell])))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await expect(open(`postgres://user:x@127.0.0.1:${port}/none`).ping()).rejects.toMatchObject({
      problem: 'unavailable',
    })
  })

  test('whose statement takes too long is a 503, and the next one is answered', async () => {
    const database = open(await createTestDatabase(), 1)
    await expect(database.query(sql('SELECT pg_sleep(60)'))).rejects.toMatchObject({ problem: 'unavailable' })
    await database.ping()
  })

  test('that drops a connection between two statements of a transaction fails the second, and lives on', async () => {
    const database = open(await createTestDatabase(), 1)
    const transaction = database.transaction(async (query) => {
      const [row] = await query<{ pid: number }>(sql('SELECT pg_backend_pid() AS pid'))
      await runAsAdmin(`SELECT pg_terminate_backend(${row?.pid})`)
      // Nobody tells of it: what says so must have been read before the next statement is sent.
      await new Promise((resolve) => setTimeout(resolve, 50))
      await query(sql('SELECT 1'))
    })
    await expect(transaction).rejects.toMatchObject({ problem: 'unavailable' })
    await database.ping()
  })

  test('that drops its connections is there again for the next statement', async () => {
    const url = await createTestDatabase()
    const database = open(url)
    await Promise.all([database.ping(), database.ping()])
    await runAsAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`,
    )
    await expect
      .poll(() =>
        database.ping().then(
          () => 'answers',
          () => 'does not',
        ),
      )
      .toBe('answers')
  })

  test('lends no more connections than its pool has', async () => {
    const url = await createTestDatabase()
    const database = open(url, 3)
    await Promise.all(Array.from({ length: 30 }, () => database.query(sql('SELECT pg_sleep(0.01)'))))
    const { rows } = await runAsAdmin(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`,
    )
    expect(Number(rows[0].count)).toBeLessThanOrEqual(3)
  })

  test('rolls back what fails', async () => {
    const database = open(await createTestDatabase(), 1)
    await database.query(sql('CREATE TABLE things (id INTEGER)'))
    const failing = database.transaction(async (query) => {
      await query(sql('INSERT INTO things VALUES (1)'))
      throw new Error('broken')
    })
    await expect(failing).rejects.toThrow('broken')
    expect(await database.query(sql('SELECT * FROM things'))).toEqual([])
  })

  test('says what it thinks of a wrong statement', async () => {
    await expect(open(await createTestDatabase()).query(sql('SELECT nonsense'))).rejects.toThrow('nonsense')
  })
})

describe('the tables', () => {
  test('are created once, however many replicas start at once', async () => {
    const url = await createTestDatabase()
    const ddl = ['CREATE TABLE IF NOT EXISTS things (id SERIAL PRIMARY KEY)', indexDdl('i', 'things (id)')]
    await Promise.all(Array.from({ length: 8 }, () => createTables(open(url), ddl, forever())))
    expect(await open(url).query(sql('SELECT * FROM things'))).toEqual([])
  })

  test('that are there wait for nobody who writes to them', async () => {
    const database = open(await createTestDatabase())
    const ddl = ['CREATE TABLE IF NOT EXISTS things (id INTEGER)', indexDdl('"Of things"', 'things (id)')]
    await createTables(database, ddl, forever())
    await database.transaction(async (query) => {
      await query(sql('INSERT INTO things VALUES (1)'))
      await createTables(database, ddl, forever())
    })
    expect(await database.query(sql("SELECT indexname FROM pg_indexes WHERE tablename = 'things'"))).toEqual([
      { indexname: 'Of things' },
    ])
  })

  test('wait for a database that is not there yet', async () => {
    const existing = new URL(await createTestDatabase())
    const name = `late_${existing.pathname.slice(6)}`
    const late = new URL(existing)
    late.pathname = `/${name}`
    const database = open(late.href)
    const creating = createTables(database, ['CREATE TABLE things (id INTEGER)'], forever())
    await expect(database.ping()).rejects.toMatchObject({ problem: 'unavailable' })
    await runAsAdmin(`CREATE DATABASE ${name}`)
    onTestFinished(async () => {
      await runAsAdmin(`DROP DATABASE ${name} WITH (FORCE)`)
    })
    await creating
    expect(await database.query(sql('SELECT * FROM things'))).toEqual([])
  })

  test('are given up when the process stops', async () => {
    const stopping = new AbortController()
    const creating = createTables(open(`postgres://user:x@127.0.0.1:${await freePort()}/none`), [], {
      log: silentLog,
      signal: stopping.signal,
    })
    stopping.abort()
    await expect(creating).rejects.toThrow()
  })

  test('that cannot be created are an error, not a reason to wait', async () => {
    await expect(
      createTables(open(await createTestDatabase()), ['CREATE NONSENSE'], forever()),
    ).rejects.toThrow('NONSENSE')
  })
})
