import { setTimeout as delay } from 'node:timers/promises'
import type { Cache } from '@msctl/kit'
import type { Redis } from 'ioredis'
import type { ServicePart } from './switches.ts'

/** What can be different about a cache; what is not given is as the assignment has it. */
export interface CacheRules {
  readonly keyOf?: (id: number) => string
  /** Looks a value up; null when there is none. */
  readonly read?: (redis: Redis, key: string) => Promise<string | null>
  readonly write?: (redis: Redis, key: string, json: string, ttlSeconds: number) => Promise<unknown>
  /** How long a reader takes from the database to the cache, in milliseconds. Default 0. */
  readonly fillAfterMs?: number
  readonly invalidate?: (redis: Redis, key: string) => Promise<unknown>
}

/**
 * The cache as the assignment sketches it: look it up, else load and fill; forget what changes. With its race, in which a reader
 * fills in what a writer has changed meanwhile. Without Redis it does without.
 */
function createPlainCache(
  cache: Cache,
  part: ServicePart,
  {
    keyOf = part.keyOf,
    read = (redis, key) => redis.get(key),
    write = (redis, key, json, ttlSeconds) => redis.set(key, json, 'EX', ttlSeconds),
    invalidate = (redis, key) => redis.del(key),
    fillAfterMs = 0,
  }: CacheRules = {},
): Cache {
  const redis = part.redis()
  return {
    read: async (id, load) => {
      const key = keyOf(id)
      const cached = await read(redis, key).catch(() => null)
      if (cached !== null) return { key, json: cached, outcome: 'HIT' }
      const object = await load()
      if (object === undefined) return { key, json: undefined, outcome: 'MISS' }
      const json = JSON.stringify(object)
      if (fillAfterMs > 0) await delay(fillAfterMs)
      await write(redis, key, json, part.ttlSeconds).catch(() => undefined)
      return { key, json, outcome: 'MISS' }
    },
    change: async (id, work) => {
      const changed = await work(part.query)
      await invalidate(redis, keyOf(id)).catch(() => undefined)
      return changed
    },
    close: cache.close,
  }
}

/** A switch to a cache by other rules. */
export const cachedBy =
  (rules: CacheRules | ((part: ServicePart) => CacheRules) = {}) =>
  (cache: Cache, part: ServicePart): Cache =>
    createPlainCache(cache, part, typeof rules === 'function' ? rules(part) : rules)
