import { connect } from 'node:net'
import { startTestProxy, startTestRedis, until } from '@msctl/kit/testing'
import { Problem } from '@msctl/sdk/contract'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { readGatewayConfig } from './config.ts'
import { type Rig, startGateway, startService } from './testing/start-gateway.ts'

const startUsers = () => startService((_request, response) => response.end('{}'))

async function startLimited(redisUrl: string, settings: Record<string, string> = {}) {
  const users = await startUsers()
  const gateway = await startGateway({ users }, { RATE_LIMIT: '5', REDIS_URL: redisUrl, ...settings })
  await until(() => counts(gateway))
  return { users, gateway }
}

/** Whether requests are counted by now; asks for what is answered by the gateway itself. */
const counts = async ({ ask }: Rig) => {
  const { headers } = await ask('/nothing', {
    headers: { authorization: 'Bearer probe' },
    localAddress: '127.0.0.9',
  })
  return headers['ratelimit-limit'] !== undefined
}

const statusesOf = async (asked: Promise<{ status: number }>[]) =>
  (await Promise.all(asked)).map(({ status }) => status).sort()

test('a caller is let in as often as the limit says, and is told how it stands', async () => {
  const redis = await startTestRedis()
  const { gateway, users } = await startLimited(redis.url)
  for (const remaining of [4, 3, 2, 1, 0]) {
    const { status, headers } = await gateway.ask('/users/1')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'ratelimit-limit': '5',
      'ratelimit-remaining': String(remaining),
      'ratelimit-policy': '5;w=60',
    })
    expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(0)
    expect(Number(headers['ratelimit-reset'])).toBeLessThanOrEqual(60)
  }
  const { status, headers, json } = await gateway.ask('/users/1')
  expect(status).toBe(429)
  expect(Problem.parse(json())).toMatchObject({ type: 'urn:msctl:problem:too-many-requests', status: 429 })
  expect(headers['retry-after']).toBe(headers['ratelimit-reset'])
  expect(headers['ratelimit-remaining']).toBe('0')
  expect(users.seen).toHaveLength(5)
  for (const path of ['/health', '/ready', '/metrics', '/openapi.json'])
    expect((await gateway.ask(path)).headers).not.toHaveProperty('ratelimit-limit')
})

test('two replicas of the gateway share a limit, also when everything comes at once', async () => {
  const redis = await startTestRedis()
  const [one, two] = [await startLimited(redis.url), await startLimited(redis.url)]
  const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).gateway.ask('/users/1'))
  expect(await statusesOf(asked)).toEqual([...Array(5).fill(200), ...Array(15).fill(429)])
})

test('no header makes a caller somebody else', async () => {
  const redis = await startTestRedis()
  const { gateway } = await startLimited(redis.url)
  const asked = Array.from({ length: 12 }, (_, i) =>
    gateway.ask('/users/1', {
      headers: {
        'x-forwarded-for': `10.0.0.${i}`,
        forwarded: `for=10.0.0.${i}`,
        'x-real-ip': `10.0.0.${i}`,
        'x-request-id': `r${i}`,
        authorization: `Bearer guess${i}`,
      },
    }),
  )
  expect(await statusesOf(asked)).toEqual([...Array(5).fill(200), ...Array(7).fill(429)])
})

test('each key has a limit of its own, and whoever guesses keys has that of an address', async () => {
  const redis = await startTestRedis()
  const { gateway, users } = await startLimited(redis.url, { API_KEYS: 'a-key another-key' })
  const ask = (key: string) => gateway.ask('/users/1', { headers: { authorization: `Bearer ${key}` } })
  const guesses = Array.from({ length: 8 }, (_, i) => ask(`guess${i}`))
  expect(await statusesOf(guesses)).toEqual([...Array(5).fill(401), ...Array(3).fill(429)])
  for (const key of ['a-key', 'another-key']) {
    const asked = Array.from({ length: 6 }, () => ask(key))
    expect(await statusesOf(asked)).toEqual([...Array(5).fill(200), 429])
  }
  expect(users.seen).toHaveLength(10)
})

test('counts lie beside the leases, end by themselves, and hold no key', async () => {
  const redis = await startTestRedis()
  const { gateway } = await startLimited(redis.url, { API_KEYS: 'a-key' })
  await gateway.ask('/users/1', { headers: { authorization: 'Bearer a-key' } })
  expect(await redis.client.keys('*')).toEqual([])
  const beside = new Redis(redis.url, { db: 1 })
  onTestFinished(() => beside.disconnect())
  const keys = await beside.keys('*')
  expect(keys.map((key) => key.replace(/[\da-f]{32}$/, '…')).sort()).toEqual([
    'rate:address:127.0.0.9',
    'rate:key:…',
  ])
  for (const key of keys) expect(await beside.pttl(key)).toBeGreaterThan(0)
})

test('while Redis is away, everybody is let in at once, and limited again when it is back', async () => {
  const redis = await startTestRedis()
  const { gateway } = await startLimited(redis.url)
  await redis.kill()
  await until(() => gateway.lines.some(({ msg }) => String(msg).includes('not limited')))
  const startedAt = performance.now()
  for (let i = 0; i < 10; i++) {
    const { status, headers } = await gateway.ask('/users/1')
    expect(status).toBe(200)
    expect(headers).not.toHaveProperty('ratelimit-limit')
  }
  // Had each of them waited for Redis, it would have been 5 s.
  expect(performance.now() - startedAt).toBeLessThan(4000)
  await redis.start()
  await until(async () => (await gateway.ask('/users/1')).status === 429)
})

test('a Redis that hangs keeps nobody waiting for long', async () => {
  const redis = await startTestRedis()
  const proxy = await startTestProxy(redis.port)
  const { gateway } = await startLimited(`redis://127.0.0.1:${proxy.port}`)
  proxy.stall()
  expect(await gateway.ask('/users/1')).toMatchObject({ status: 200 })
  await until(() => gateway.lines.some(({ msg }) => String(msg).includes('not limited')))
  const startedAt = performance.now()
  for (let i = 0; i < 10; i++) expect(await gateway.ask('/users/1')).toMatchObject({ status: 200 })
  // Had each of them waited for Redis, it would have been 5 s.
  expect(performance.now() - startedAt).toBeLessThan(4000)
})

test('of whoever hangs up while being counted, no service is asked', async () => {
  const redis = await startTestRedis()
  const proxy = await startTestProxy(redis.port)
  const { gateway, users } = await startLimited(`redis://127.0.0.1:${proxy.port}`)
  proxy.stall()
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write('GET /users/gone HTTP/1.1\r\nHost: x\r\n\r\n')
  // The gateway reads what came first before what came later.
  for (let i = 0; i < 2; i++) await gateway.ask('/health')
  socket.destroy()
  await until(() => gateway.lines.some(({ path, status }) => path === '/users/gone' && status === 499))
  proxy.heal()
  await until(() => counts(gateway))
  expect(await gateway.ask('/users/1')).toMatchObject({ status: 200 })
  expect(users.seen).toEqual(['GET /users/1'])
})

test('a limit needs a Redis to count in', () => {
  const services = { USERS_URL: 'http://u', ORDERS_URL: 'http://o', PAYMENTS_URL: 'http://p' }
  expect(() => readGatewayConfig({ ...services, RATE_LIMIT: '5' })).toThrow(/REDIS_URL: is required/)
  expect(() => readGatewayConfig({ ...services, RATE_LIMIT: '0' })).toThrow(/RATE_LIMIT=0: expected/)
})
