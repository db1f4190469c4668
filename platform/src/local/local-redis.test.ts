import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { freePort } from '../ports.ts'
import { localRedis } from './local-redis.ts'

const redis = localRedis(() => Number(new URL(inject('redisUrl')).port))

test('what Redis refuses is told in its words', async () => {
  const key = randomUUID()
  await redis.ask('LPUSH', key, 'x')
  await expect(redis.ask('GET', key)).rejects.toMatchObject({
    code: 'cache-refused',
    facts: { reason: expect.stringContaining('WRONGTYPE') },
  })
  expect(await redis.ask('DEL', key)).toBe(1)
})

test('a cache that is not there is said not to answer', async () => {
  const nowhere = await freePort()
  await expect(localRedis(() => nowhere).ask('PING')).rejects.toMatchObject({
    code: 'part-unreachable',
    facts: { part: 'cache', reason: expect.stringContaining('ECONNREFUSED') },
  })
})
