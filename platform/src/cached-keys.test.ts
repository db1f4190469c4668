import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject, onTestFinished, test } from 'vitest'
import { listCachedKeys, readCachedKey } from './cached-keys.ts'
import { openRedis } from './redis.ts'

const redis = openRedis(inject('redisUrl'))
afterAll(redis.close)

/** Keys of this test alone: others share the server. */
function ownPrefix(): string {
  const prefix = `${randomUUID()}:`
  const script = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`
  onTestFinished(async () => void (await redis.ask('EVAL', script, '0', `${prefix}*`)))
  return prefix
}

test('keys are listed by number, with the seconds that they have left', async () => {
  const prefix = ownPrefix()
  await redis.ask('SET', `${prefix}10`, 'ten', 'EX', '300')
  await redis.ask('SET', `${prefix}9`, 'nine', 'EX', '60')
  await redis.ask('SET', `${prefix}11`, 'for ever')
  const own = (await listCachedKeys(redis)).filter(({ key }) => key.startsWith(prefix))
  expect(own.map(({ key }) => key)).toEqual([`${prefix}9`, `${prefix}10`, `${prefix}11`])
  const [nine, ten, eleven] = own.map(({ ttlSeconds }) => ttlSeconds)
  expect(nine).toBeGreaterThan(50)
  expect(nine).toBeLessThanOrEqual(60)
  expect(ten).toBeGreaterThan(290)
  expect(eleven).toBeNull()
})

test('more keys than one answer holds are all listed, each once', async () => {
  const prefix = ownPrefix()
  const script = `for i = 1, 2500 do redis.call('SET', ARGV[1] .. i, 'x', 'EX', 60) end`
  await redis.ask('EVAL', script, '0', prefix)
  const own = (await listCachedKeys(redis)).filter(({ key }) => key.startsWith(prefix))
  expect(own.map(({ key }) => key)).toEqual(
    Array.from({ length: 2500 }, (_, index) => `${prefix}${index + 1}`),
  )
})

test('a value comes back as it was stored, and one that there is not is said not to exist', async () => {
  const prefix = ownPrefix()
  const value = '{"name":"Zoë \\u0000 \r\n 🎈"}'
  await redis.ask('SET', `${prefix}1`, value, 'EX', '300')
  expect(await readCachedKey(redis, `${prefix}1`)).toMatchObject({ exists: true, value })
  expect(await readCachedKey(redis, `${prefix}2`)).toEqual({
    key: `${prefix}2`,
    exists: false,
    value: null,
    ttlSeconds: null,
  })
})
