import { expect, test } from 'vitest'
import { Failure } from '../failure.ts'
import { askRedisCli, containerDatabase } from './container-stores.ts'

const failing = (stderr: string) => ({
  docker: async () => {
    throw new Failure('compose-failed', { command: 'docker exec', output: [stderr] })
  },
})

test('Redis in a container is asked by its own redis-cli', async () => {
  const calls: (readonly string[])[] = []
  const docker = async (args: readonly string[]) => {
    calls.push(args)
    return 'PONG'
  }
  expect(await askRedisCli({ docker }, 'clone_cache_1', ['PING'])).toBe('PONG')
  expect(calls).toEqual([['exec', 'clone_cache_1', 'redis-cli', '-e', '--raw', 'PING']])
})

test('what Redis refuses is told apart from a container that does not answer', async () => {
  const refusal = 'WRONGTYPE Operation against a key holding the wrong kind of value'
  await expect(askRedisCli(failing(refusal), 'c', ['GET', 'list'])).rejects.toMatchObject({
    code: 'cache-refused',
    facts: { reason: refusal },
  })
  for (const silence of [
    'Could not connect to Redis at 127.0.0.1:6379: Connection refused',
    'Error response from daemon: Container 1f is not running',
  ]) {
    await expect(askRedisCli(failing(silence), 'c', ['PING'])).rejects.toMatchObject({
      code: 'part-unreachable',
      facts: { part: 'cache', reason: silence },
    })
  }
})

test('a prompt gets a terminal only where there is one', async () => {
  const { psql, database } = await containerDatabase({ docker: async () => 'secret' }, 'c', 'orders', {})
  const command = ['c', 'psql', '--username', 'user', '--dbname', 'orders_db']
  expect(database).toBe('orders_db')
  expect(psql(true).args).toEqual(['exec', '--interactive', '--tty', ...command])
  expect(psql(false).args).toEqual(['exec', '--interactive', ...command])
})
