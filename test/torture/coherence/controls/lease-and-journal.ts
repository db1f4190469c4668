// The project's cache until November 2026, told shortly: a lease keeps slow readers from filling the cache with what is
// old, and a replica that cannot invalidate journals, and bypasses the cache until the journal is worked off. It holds
// with one replica and whole processes: it has no answer to a replica that alone lost Redis, nor to one that is killed
// between its commit and its invalidation.
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { type ControlCache, servePlainUsers } from './plain-users.ts'

const FIND_MS = 60
const FILL_MS = 30
const INVALIDATE_MS = 60
const RECOVERY_MS = 100
const LEASE_MS = 10_000
const TTL_SECONDS = 300

const LEASE = `
  local value = redis.call('GET', KEYS[1])
  if value then return {1, value} end
  redis.call('SELECT', 1)
  local token = redis.call('GET', KEYS[1])
  if not token then
    token = ARGV[1]
    redis.call('SET', KEYS[1], token, 'PX', ARGV[2])
  end
  return {0, token}`
const FILL = `
  redis.call('SELECT', 1)
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('DEL', KEYS[1])
  redis.call('SELECT', 0)
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return 1`
const INVALIDATE = `
  redis.call('DEL', KEYS[1])
  redis.call('SELECT', 1)
  redis.call('DEL', KEYS[1])`

const JOURNAL_DDL =
  'CREATE TABLE IF NOT EXISTS undelivered_invalidations (id BIGSERIAL PRIMARY KEY, key VARCHAR NOT NULL)'

const withDeadline = <T>(promise: Promise<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new Error(`No answer within ${ms} ms`))), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })

function createCache(pool: pg.Pool): ControlCache {
  const redis = new Redis(process.env.REDIS_URL ?? '', {
    ...{ socketTimeout: 1000, connectTimeout: 1000, enableOfflineQueue: false },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => 100 },
  })
  redis.on('error', () => undefined) // the commands say what is wrong
  const loads = new Map<string, Promise<string | undefined>>()
  let isTrusted = false
  let recordsStarted = 0
  let recordsUnderWay = 0

  const distrust = (error: unknown) => {
    if (error instanceof Error && error.name === 'ReplyError') return
    if (isTrusted) setTimeout(tryRecovery, RECOVERY_MS)
    isTrusted = false
  }
  const tryRecovery = () => {
    recover().catch(() => setTimeout(tryRecovery, RECOVERY_MS))
  }
  async function recover(): Promise<void> {
    await withDeadline(redis.ping(), FIND_MS)
    for (;;) {
      const isQuiet = recordsUnderWay === 0
      const seen = recordsStarted
      const { rows } = await pool.query(
        'SELECT id, key FROM undelivered_invalidations ORDER BY id LIMIT 1000',
      )
      if (rows.length === 0 && isQuiet && seen === recordsStarted) break
      for (const { key } of rows) await withDeadline(redis.eval(INVALIDATE, 1, key), INVALIDATE_MS)
      await pool.query('DELETE FROM undelivered_invalidations WHERE id = ANY($1::bigint[])', [
        rows.map(({ id }) => id),
      ])
    }
    isTrusted = true
  }

  async function lookUp(key: string): Promise<{ json: string } | { token: string }> {
    const json = await redis.get(key)
    if (json !== null) return { json }
    const [isValue, text] = (await redis.eval(LEASE, 1, key, randomUUID(), LEASE_MS)) as [number, string]
    return isValue === 1 ? { json: text } : { token: text }
  }

  async function loadAndFill(key: string, token: string, load: () => Promise<object | undefined>) {
    const found = await load()
    if (found === undefined) return undefined
    const json = JSON.stringify(found)
    await withDeadline(redis.eval(FILL, 1, key, token, json, TTL_SECONDS), FILL_MS).catch(distrust)
    return json
  }

  tryRecovery()
  return {
    read: async (id, load) => {
      const key = `user:${id}`
      const found = isTrusted
        ? await withDeadline(lookUp(key), FIND_MS).catch((error: unknown) => void distrust(error))
        : undefined
      if (found === undefined) return { json: JSON.stringify(await load()), outcome: 'BYPASS' }
      if ('json' in found) return { json: found.json, outcome: 'HIT' }
      const { token } = found
      const loading = loads.get(token) ?? loadAndFill(key, token, load).finally(() => loads.delete(token))
      loads.set(token, loading)
      return { json: await loading, outcome: 'MISS' }
    },
    invalidate: async (id) => {
      const key = `user:${id}`
      if (isTrusted) {
        try {
          await withDeadline(redis.eval(INVALIDATE, 1, key), INVALIDATE_MS)
          return
        } catch (error) {
          isTrusted = false
          setTimeout(tryRecovery, RECOVERY_MS)
          distrust(error)
        }
      }
      recordsStarted += 1
      recordsUnderWay += 1
      await pool.query('INSERT INTO undelivered_invalidations (key) VALUES ($1)', [key]).finally(() => {
        recordsUnderWay -= 1
      })
    },
  }
}

await servePlainUsers(createCache, JOURNAL_DDL)
