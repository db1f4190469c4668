import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDatabase, createTables, type Database, type Query } from './database.ts'
import { createIdempotency, IDEMPOTENCY_DDL } from './idempotency.ts'
import { createTestDatabase, runAsAdmin, silentLog } from './testing/stores.ts'

const INSERT = { name: '', text: 'INSERT INTO things DEFAULT VALUES RETURNING id' }
const DIE = { name: '', text: 'SELECT pg_terminate_backend(pg_backend_pid())' }

async function open() {
  const url = await createTestDatabase()
  const database: Database = connectDatabase({ url, poolSize: 10, log: silentLog })
  onTestFinished(() => database.close())
  await createTables(
    database,
    ['CREATE TABLE IF NOT EXISTS things (id SERIAL PRIMARY KEY)', IDEMPOTENCY_DDL],
    {
      log: silentLog,
      signal: new AbortController().signal,
    },
  )
  const countThings = async () => Number((await runAsAdmin('SELECT count(*) FROM things', url)).rows[0].count)
  return { url, idempotency: createIdempotency(database), countThings }
}

const createThing = async (query: Query) => {
  const [thing] = await query<{ id: number }>(INSERT)
  return { status: 201, body: JSON.stringify(thing) }
}

describe('an idempotency key', () => {
  test('makes work happen once, and its answer come again', async () => {
    const { idempotency, countThings } = await open()
    const first = await idempotency.run({ key: 'k', body: { a: 1 } }, createThing)
    const second = await idempotency.run({ key: 'k', body: { a: 1 } }, createThing)
    expect(first).toEqual({ status: 201, body: '{"id":1}', isReplay: false })
    expect(second).toEqual({ ...first, isReplay: true })
    expect(await countThings()).toBe(1)
  })

  test('holds for answers that say no, too', async () => {
    const { idempotency } = await open()
    const refuse = async () => ({ status: 409, body: 'taken' })
    await idempotency.run({ key: 'k', body: {} }, refuse)
    expect(await idempotency.run({ key: 'k', body: {} }, createThing)).toMatchObject({
      status: 409,
      isReplay: true,
    })
  })

  test('is refused with another body', async () => {
    const { idempotency, countThings } = await open()
    await idempotency.run({ key: 'k', body: { a: 1 } }, createThing)
    await expect(idempotency.run({ key: 'k', body: { a: 2 } }, createThing)).rejects.toMatchObject({
      problem: 'unprocessable-content',
    })
    expect(await countThings()).toBe(1)
  })

  test.each(['', 'x'.repeat(256), 'a b', 'ключ'])('is refused when it is malformed: "%s"', async (key) => {
    const { idempotency } = await open()
    await expect(idempotency.run({ key, body: {} }, createThing)).rejects.toMatchObject({
      problem: 'unprocessable-content',
    })
  })

  test('holds when twenty requests race', async () => {
    const { idempotency, countThings } = await open()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => idempotency.run({ key: 'k', body: {} }, createThing)),
    )
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1)
    expect(await countThings()).toBe(1)
  })

  test('is free again when the work failed', async () => {
    const { idempotency, countThings } = await open()
    const fail = async (query: Query) => {
      await createThing(query)
      throw new Error('broken')
    }
    await expect(idempotency.run({ key: 'k', body: {} }, fail)).rejects.toThrow('broken')
    expect(await countThings()).toBe(0)
    await idempotency.run({ key: 'k', body: {} }, createThing)
    expect(await countThings()).toBe(1)
  })

  test('is free again when the connection died between the row and the answer', async () => {
    const { idempotency, countThings } = await open()
    const die = async (query: Query) => {
      const answer = await createThing(query)
      await query(DIE)
      return answer
    }
    await expect(idempotency.run({ key: 'k', body: {} }, die)).rejects.toMatchObject({
      problem: 'unavailable',
    })
    expect(await countThings()).toBe(0)
    expect(await idempotency.run({ key: 'k', body: {} }, createThing)).toMatchObject({ isReplay: false })
    expect(await countThings()).toBe(1)
  })

  test('is forgotten after 24 hours, and not before', async () => {
    const { url, idempotency, countThings } = await open()
    const age = (hours: number) =>
      runAsAdmin(
        `UPDATE idempotency_keys SET created_at = (NOW() AT TIME ZONE 'UTC') - INTERVAL '${hours} hours'`,
        url,
      )
    await idempotency.run({ key: 'k', body: {} }, createThing)
    await age(23)
    expect(await idempotency.run({ key: 'k', body: {} }, createThing)).toMatchObject({ isReplay: true })
    await age(25)
    expect(await idempotency.run({ key: 'k', body: { other: true } }, createThing)).toMatchObject({
      isReplay: false,
    })
    expect(await countThings()).toBe(2)
    await age(25)
    await idempotency.forgetOld()
    expect((await runAsAdmin('SELECT * FROM idempotency_keys', url)).rows).toEqual([])
  })
})

test('without a key, the same work is done each time', async () => {
  const { idempotency, countThings } = await open()
  await idempotency.run({ key: undefined, body: {} }, createThing)
  await idempotency.run({ key: undefined, body: {} }, createThing)
  expect(await countThings()).toBe(2)
})
