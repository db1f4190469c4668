import { Redis, ReplyError } from 'ioredis'
import type { Logger } from './log.ts'

/** The few things that the cache asks of Redis. */
export interface CacheStore {
  get(key: string): Promise<string | null>
  /**
   * Takes part in the lease of a key that was missing: gives the value if there is one by now, else the token of the
   * current lease, which is `candidate` if there was none.
   */
  lease(key: string, candidate: string): Promise<{ json: string } | { token: string }>
  /** Stores a value if the lease with this token is still valid, and ends the lease. */
  fill(key: string, token: string, json: string, ttlSeconds: number): Promise<void>
  /** Deletes a key, and voids its lease. */
  invalidate(key: string): Promise<void>
  ping(): Promise<void>
  /** Whether an error is Redis' own answer, as opposed to the lack of one. */
  isRefusal(error: unknown): boolean
  close(): Promise<void>
}

/** After how long without any answer a connection is given up and made anew, in milliseconds. */
const SILENCE_TIMEOUT_MS = 1000
/** How long a lease lives, in milliseconds: longer than any load takes. Its end costs nothing but a fill. */
const LEASE_MS = 10_000
const RECONNECT_INTERVAL_MS = 100

// Leases live in a database of their own, under the same keys, so that `KEYS *` shows cached objects and nothing else.
// A SELECT inside a script does not outlive it.
const SCRIPTS = {
  leaseOrGet: {
    numberOfKeys: 1,
    lua: `
      local value = redis.call('GET', KEYS[1])
      if value then return {1, value} end
      redis.call('SELECT', ARGV[1])
      local token = redis.call('GET', KEYS[1])
      if not token then
        token = ARGV[2]
        redis.call('SET', KEYS[1], token, 'PX', ARGV[3])
      end
      return {0, token}`,
  },
  fillUnderLease: {
    numberOfKeys: 1,
    lua: `
      redis.call('SELECT', ARGV[1])
      if redis.call('GET', KEYS[1]) ~= ARGV[3] then return 0 end
      redis.call('DEL', KEYS[1])
      redis.call('SELECT', ARGV[2])
      redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5])
      return 1`,
  },
  deleteAndVoid: {
    numberOfKeys: 1,
    lua: `
      redis.call('DEL', KEYS[1])
      redis.call('SELECT', ARGV[1])
      redis.call('DEL', KEYS[1])`,
  },
}

interface Scripted {
  leaseOrGet(key: string, leaseDb: number, candidate: string, leaseMs: number): Promise<[0 | 1, string]>
  fillUnderLease(
    key: string,
    leaseDb: number,
    valueDb: number,
    token: string,
    json: string,
    ttlSeconds: number,
  ): Promise<0 | 1>
  deleteAndVoid(key: string, leaseDb: number): Promise<null>
}

/** Connects to Redis, lazily: it may come up later, and go away and come back. */
export function connectCacheStore({ url, log }: { url: string; log: Logger }): CacheStore {
  const redis = new Redis(url, {
    socketTimeout: SILENCE_TIMEOUT_MS,
    connectTimeout: SILENCE_TIMEOUT_MS,
    // A command that cannot be sent at once fails at once: the database is the better place to ask.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => RECONNECT_INTERVAL_MS,
    scripts: SCRIPTS,
  }) as Redis & Scripted
  redis.on('error', (err) => log.debug({ err }, 'Redis cannot be reached'))
  const valueDb = redis.options.db ?? 0
  const leaseDb = valueDb + 1

  return {
    get: (key) => redis.get(key),
    lease: async (key, candidate) => {
      const [isValue, text] = await redis.leaseOrGet(key, leaseDb, candidate, LEASE_MS)
      return isValue ? { json: text } : { token: text }
    },
    fill: async (key, token, json, ttlSeconds) => {
      await redis.fillUnderLease(key, leaseDb, valueDb, token, json, ttlSeconds)
    },
    invalidate: async (key) => {
      await redis.deleteAndVoid(key, leaseDb)
    },
    ping: async () => {
      await redis.ping()
    },
    isRefusal: (error) => error instanceof ReplyError,
    close: async () => redis.disconnect(),
  }
}
