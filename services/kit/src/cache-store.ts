import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Logger } from './log.ts'

/**
 * What a key that is not cached gives: its value, where it has been cached meanwhile; a lease, with which the value may be
 * filled in; or nothing, because it may not be filled in now.
 */
export type Lease = { json: string } | { token: string } | 'none'

/** The few things that the cache asks of Redis. Each rejects when Redis does not do it. */
export interface CacheStore {
  get(key: string): Promise<string | null>
  /** Takes part in the lease of a key that was missing; its token is `candidate` where there was none. */
  lease(key: string, candidate: string): Promise<Lease>
  /** Stores a value if the lease with this token is still valid, and ends the lease. */
  fill(key: string, token: string, json: string, ttlSeconds: number): Promise<void>
  /**
   * Announces a change: deletes the key, voids its lease, and gives no other until `endWrite` with the same token, or
   * until {@link MARKER_MS} have passed.
   */
  beginWrite(key: string, token: string): Promise<void>
  /** Deletes the key, voids its lease, and takes the announcement back. */
  endWrite(key: string, token: string): Promise<void>
  /** Deletes the key, and voids its lease. */
  invalidate(key: string): Promise<void>
  /** Finds out whether Redis takes writes. */
  probe(): Promise<void>
  close(): Promise<void>
}

/**
 * How long an announced change keeps its key out of the cache when nobody takes the announcement back, in milliseconds:
 * longer than any statement may be under way, a stall of the network included. A crash costs no more than that the key is
 * not cached for so long.
 */
export const MARKER_MS = 30_000
/**
 * How long after Redis has lost its data no lease is given, in milliseconds: the announcements of changes that were
 * under way are lost, too, and no statement takes longer (see database.ts).
 */
const AFTER_LOSS_MS = 3000
/** How long a lease lives, in milliseconds: longer than any load takes. Its end costs nothing but a fill. */
const LEASE_MS = 10_000
/** After how long without any answer a connection is given up and made anew, in milliseconds. */
const SILENCE_TIMEOUT_MS = 1000
const RECONNECT_INTERVAL_MS = 100

// Leases, announced changes and the generation live in a database of their own, so that `KEYS *` shows cached objects and
// nothing else. A SELECT inside a script does not outlive it. The generation is there for as long as the data are.
const SCRIPTS = {
  leaseOrGet: {
    numberOfKeys: 1,
    lua: `
      local value = redis.call('GET', KEYS[1])
      if value then return {'value', value} end
      redis.call('SELECT', ARGV[1])
      local generation = redis.call('GET', 'generation')
      if not generation then
        generation = ARGV[2]
        redis.call('SET', 'generation', generation)
      end
      local writers = 'writers:' .. KEYS[1]
      local time = redis.call('TIME')
      redis.call('ZREMRANGEBYSCORE', writers, '-inf', time[1] * 1000 + math.floor(time[2] / 1000))
      if redis.call('EXISTS', writers) == 1 then return {'none', generation} end
      local lease = 'lease:' .. KEYS[1]
      local token = redis.call('GET', lease)
      if not token then
        token = ARGV[2]
        redis.call('SET', lease, token, 'PX', ARGV[3])
      end
      return {token, generation}`,
  },
  fillUnderLease: {
    numberOfKeys: 1,
    lua: `
      redis.call('SELECT', ARGV[1])
      local lease = 'lease:' .. KEYS[1]
      if redis.call('GET', lease) ~= ARGV[3] then return 0 end
      redis.call('DEL', lease)
      redis.call('SELECT', ARGV[2])
      redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5])
      return 1`,
  },
  announceWrite: {
    numberOfKeys: 1,
    lua: `
      redis.call('DEL', KEYS[1])
      redis.call('SELECT', ARGV[1])
      redis.call('DEL', 'lease:' .. KEYS[1])
      local writers = 'writers:' .. KEYS[1]
      local time = redis.call('TIME')
      redis.call('ZADD', writers, time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3], ARGV[2])
      redis.call('PEXPIRE', writers, ARGV[3])`,
  },
  completeWrite: {
    numberOfKeys: 1,
    lua: `
      redis.call('DEL', KEYS[1])
      redis.call('SELECT', ARGV[1])
      redis.call('DEL', 'lease:' .. KEYS[1])
      if ARGV[2] then redis.call('ZREM', 'writers:' .. KEYS[1], ARGV[2]) end`,
  },
  write: {
    numberOfKeys: 0,
    lua: `
      redis.call('SELECT', ARGV[1])
      redis.call('SET', 'probe', ARGV[2], 'PX', ARGV[3])
      redis.call('SET', 'generation', ARGV[2], 'NX')
      return redis.call('GET', 'generation')`,
  },
}

interface Scripted {
  leaseOrGet(key: string, ownDb: number, candidate: string, leaseMs: number): Promise<[string, string]>
  fillUnderLease(
    key: string,
    ownDb: number,
    valueDb: number,
    token: string,
    json: string,
    ttlSeconds: number,
  ): Promise<0 | 1>
  announceWrite(key: string, ownDb: number, token: string, markerMs: number): Promise<null>
  completeWrite(key: string, ownDb: number, token?: string): Promise<null>
  write(ownDb: number, candidate: string, lifeMs: number): Promise<string>
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
  const ownDb = valueDb + 1
  let knownGeneration: string | undefined
  let noLeaseBefore = 0

  function noticeLoss(generation: string): void {
    if (knownGeneration !== undefined && generation !== knownGeneration) {
      noLeaseBefore = performance.now() + AFTER_LOSS_MS
      log.warn(`Redis has lost its data; nothing is cached for ${AFTER_LOSS_MS / 1000} s`)
    }
    knownGeneration = generation
  }

  return {
    get: (key) => redis.get(key),
    lease: async (key, candidate) => {
      const [kind, text] = await redis.leaseOrGet(key, ownDb, candidate, LEASE_MS)
      if (kind === 'value') return { json: text }
      noticeLoss(text)
      return kind === 'none' || performance.now() < noLeaseBefore ? 'none' : { token: kind }
    },
    fill: async (key, token, json, ttlSeconds) => {
      await redis.fillUnderLease(key, ownDb, valueDb, token, json, ttlSeconds)
    },
    beginWrite: async (key, token) => {
      await redis.announceWrite(key, ownDb, token, MARKER_MS)
    },
    endWrite: async (key, token) => {
      await redis.completeWrite(key, ownDb, token)
    },
    invalidate: async (key) => {
      await redis.completeWrite(key, ownDb)
    },
    probe: async () => {
      noticeLoss(await redis.write(ownDb, randomUUID(), MARKER_MS))
    },
    close: async () => redis.disconnect(),
  }
}
