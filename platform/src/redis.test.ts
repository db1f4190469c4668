import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject, test } from 'vitest'
import { openRedis, redisByCli } from './redis.ts'

const redis = openRedis(inject('redisUrl'))
afterAll(redis.close)

test('answers have the types that Redis gives them, and bytes that are no text stay apart', async () => {
  const key = randomUUID()
  expect(await redis.ask('GET', key)).toBeNull()
  expect(await redis.ask('RPUSH', key, 'one', 'двa')).toBe(2)
  expect(await redis.ask('LRANGE', key, '0', '-1')).toEqual(['one', 'двa'])
  await redis.ask('DEL', key)
  await redis.ask('SETBIT', key, '0', '1')
  expect(await redis.ask('GET', key)).toBe('\x80')
  await redis.ask('DEL', key)
})

test('through redis-cli, whose answers are text, they are the same', async () => {
  const asked: (readonly string[])[] = []
  const answers: Record<string, string> = { TTL: '299', EXISTS: '0', EVAL: '[["0",{}]]', PING: 'PONG' }
  const byCli = redisByCli(async (command) => {
    asked.push(command)
    return answers[command[0] ?? ''] ?? ''
  })
  expect(await byCli.ask('TTL', 'key')).toBe(299)
  expect(await byCli.ask('GET', 'key')).toBeNull()
  expect(await byCli.ask('SCAN', '0', 'COUNT', '10')).toEqual(['0', []])
  expect(await byCli.ask('PING')).toBe('PONG')
  expect(asked.map(([name]) => name)).toEqual(['TTL', 'EXISTS', 'EVAL', 'PING'])
})
