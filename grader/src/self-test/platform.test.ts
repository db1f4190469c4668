import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { startOwnRedis, startTestPlatform } from '../testing/start-test-platform.ts'
import { type FaultyPlatform, startFaultyPlatform } from './platform.ts'

const ask = async ({ url }: FaultyPlatform, method: string, path: string, body?: unknown) => {
  const answer = await fetch(url + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

describe('a platform without faults', () => {
  test('works as the platform does, in its own Redis and its own databases', async () => {
    const platform = await startTestPlatform()
    const user = await ask(platform, 'POST', '/users', { email: 'ann@example.com', name: 'Ann' })
    expect(user.status).toBe(201)
    const order = await ask(platform, 'POST', '/orders', { userId: user.body.id, product: 'Tea' })
    const details = await ask(platform, 'GET', `/users/${user.body.id}/details`)
    expect(details.body).toEqual({ user: user.body, orders: [order.body] })
    await ask(platform, 'GET', `/users/${user.body.id}`)

    const redis = new Redis(platform.redisUrl)
    onTestFinished(() => redis.disconnect())
    expect(await redis.keys('*')).toEqual(['user:1'])
    const client = new pg.Client(platform.databaseUrls.orders)
    await client.connect()
    expect((await client.query('SELECT product FROM orders')).rows).toEqual([{ product: 'Tea' }])
    await client.end()
  })

  test('refuses connections to a part that is stopped or killed, and takes them again at the same place', async () => {
    const platform = await startTestPlatform({ resetSeconds: 0.2 })
    for (const how of ['stop', 'kill'] as const) {
      await platform.control[how]('users')
      expect((await ask(platform, 'GET', '/users')).status).toBe(502)
      expect((await ask(platform, 'GET', '/orders')).status).toBe(200)
      await platform.control.start('users')
      expect((await ask(platform, 'GET', '/users')).status).toBe(200)

      await platform.control[how]('gateway')
      await expect(fetch(platform.url)).rejects.toThrow()
      await platform.control.start('gateway')
      expect((await ask(platform, 'GET', '/users')).status).toBe(200)
    }
  })

  test('does without its cache, and finds it empty afterwards', async () => {
    const platform = await startTestPlatform()
    const { body } = await ask(platform, 'POST', '/users', { email: 'ann@example.com', name: 'Ann' })
    await ask(platform, 'GET', `/users/${body.id}`)
    await platform.control.stop('cache')
    const failing = new Redis(platform.redisUrl, { retryStrategy: null, lazyConnect: true })
    failing.on('error', () => undefined)
    await expect(failing.connect()).rejects.toThrow()
    expect((await ask(platform, 'GET', `/users/${body.id}`)).body).toEqual(body)
    await platform.control.start('cache')
    const redis = new Redis(platform.redisUrl)
    onTestFinished(() => redis.disconnect())
    expect(await redis.keys('*')).toEqual([])
  })

  test('loses its databases and gets them back', async () => {
    const platform = await startTestPlatform()
    await platform.control.stop('db')
    expect((await ask(platform, 'GET', '/payments')).status).toBe(503)
    await platform.control.start('db')
    expect((await ask(platform, 'GET', '/payments')).status).toBe(200)
  })

  test('keeps its data across a restart of everything, but not its cache', async () => {
    const platform = await startTestPlatform()
    const { body } = await ask(platform, 'POST', '/payments', { order_id: 1, amount: 9.5 })
    await ask(platform, 'GET', `/payments/${body.id}`)
    await platform.control.restart()
    const redis = new Redis(platform.redisUrl)
    onTestFinished(() => redis.disconnect())
    expect(await redis.keys('*')).toEqual([])
    expect((await ask(platform, 'GET', `/payments/${body.id}`)).body).toEqual(body)
  })

  test('leaves nothing behind', async () => {
    const platform = await startFaultyPlatform({
      postgresUrl: inject('postgresUrl'),
      startRedis: startOwnRedis,
    })
    const [name] = new URL(platform.databaseUrls.users).pathname.split('/').slice(1)
    await platform.close()
    const client = new pg.Client(inject('postgresUrl'))
    await client.connect()
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    await client.end()
    expect(rows).toEqual([])
    await expect(fetch(platform.url)).rejects.toThrow()
  })

  test('tells of a fault that does not exist', async () => {
    await expect(startTestPlatform({ faults: ['no-such-fault'] })).rejects.toThrow('no-such-fault')
  })
})
