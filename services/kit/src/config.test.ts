import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import {
  ConfigError,
  integer,
  positiveInteger,
  positiveNumber,
  probability,
  processConfig,
  readConfig,
  storeConfig,
  url,
} from './config.ts'

const STORES = { DATABASE_URL: 'postgres://user@127.0.0.1/users_db', REDIS_URL: 'redis://127.0.0.1:6379' }
const Config = z.object({
  ...processConfig(8001),
  ...storeConfig,
  SEED: z.optional(integer),
  RATE: probability(0.3),
})

test('a service needs nothing but its stores', () => {
  expect(readConfig(Config, STORES)).toEqual({
    ...STORES,
    HOST: '127.0.0.1',
    PORT: 8001,
    LOG_LEVEL: 'info',
    DATABASE_POOL_SIZE: 10,
    CACHE_TTL_SECONDS: 300,
    RATE: 0.3,
  })
})

test('an empty variable counts as not set, and other variables do not matter', () => {
  const given = { ...STORES, PORT: '', LOG_LEVEL: '', PATH: '/usr/bin' }
  expect(readConfig(Config, given)).toEqual(readConfig(Config, STORES))
})

test('everything that is wrong is named at once, with its value unless that may be secret', () => {
  const given = {
    DATABASE_URL: 'mysql://x',
    PORT: '70000',
    LOG_LEVEL: 'loud',
    DATABASE_POOL_SIZE: '1.5',
    RATE: '2',
    SEED: 'x',
  }
  const read = () => readConfig(Config, given)
  expect(read).toThrow(ConfigError)
  try {
    read()
  } catch (error) {
    const { problems, code } = error as ConfigError
    expect(code).toBe('bad-config')
    expect(problems.map((problem) => problem.split(': ')[0]).sort()).toEqual([
      'DATABASE_POOL_SIZE=1.5',
      'DATABASE_URL',
      'LOG_LEVEL=loud',
      'PORT=70000',
      'RATE=2',
      'REDIS_URL',
      'SEED=x',
    ])
    expect(problems).toContain('REDIS_URL: is required')
  }
})

test('no password and no key is named in an error', () => {
  const Secrets = z.object({
    ...storeConfig,
    USERS_URL: url('http:'),
    API_KEYS: z.string().check(z.refine(() => false, { error: 'expected keys' })),
  })
  const given = {
    DATABASE_URL: 'postgres//user:hunter2-x@db/users',
    REDIS_URL: 'http://:hunter2-x',
    USERS_URL: 'https://me:hunter2-x@users',
    API_KEYS: 'hunter2-x hunter3',
  }
  const read = () => readConfig(Secrets, given)
  for (const name of Object.keys(given)) expect(read).toThrow(new RegExp(`^  ${name}: expected`, 'm'))
  expect(read).not.toThrow(/hunter/)
})

describe.each<[string, z.ZodMiniType, string[], string[]]>([
  ['a positive number', positiveNumber(1), ['0.5', '30', '1e3'], ['0', '-1', 'x', ' ', 'Infinity', 'NaN']],
  ['a positive whole number', positiveInteger(1), ['1', '300'], ['0', '0.5', '-1', 'x']],
  ['a whole number', integer, ['0', '-5', '42'], ['0.5', 'x', '9007199254740993']],
  ['a share', probability(0), ['0', '0.3', '1'], ['-0.1', '1.1', 'x']],
  ['a URL', url('redis:', 'rediss:'), ['redis://x', 'rediss://x:1/2'], ['http://x', 'x', '//x']],
])('%s', (_, schema, good, bad) => {
  test.each(good)('may be %s', (text) =>
    expect(() => readConfig(z.object({ A: schema }), { A: text })).not.toThrow(),
  )
  test.each(bad)('may not be "%s"', (text) =>
    expect(() => readConfig(z.object({ A: schema }), { A: text })).toThrow(/^ {2}A=/m),
  )
})
