import * as z from 'zod/mini'
import type { Redis } from './redis.ts'

/** A key of the cache, as `msctl cache keys --json` lists it. */
export interface CachedKey {
  readonly key: string
  /** Seconds until it expires; null: never. */
  readonly ttlSeconds: number | null
}

/** A key as `msctl cache get --json` and `msctl cache ttl --json` show it. */
export interface CachedValue extends CachedKey {
  readonly exists: boolean
  /** What is stored; null where there is no such key. */
  readonly value: string | null
}

/** What Redis answers for a key that there is not, and for one that never expires. */
const NO_KEY = -2
const NO_EXPIRY = -1

// One page of keys with their TTLs in one answer, and a pause for everybody else between two pages. The services' leases
// are in another database, which is not looked at.
const PAGE = `
  local found = redis.call('SCAN', ARGV[1], 'COUNT', 1000)
  local entries = {}
  for _, key in ipairs(found[2]) do entries[#entries + 1] = {key, redis.call('TTL', key)} end
  return cjson.encode({cursor = found[1], entries = entries})`

const VALUE = `
  return cjson.encode({value = redis.call('GET', KEYS[1]), ttl = redis.call('TTL', KEYS[1])})`

// What Lua has no items in, it encodes as an object.
const NoEntries = z.pipe(
  z.strictObject({}),
  z.transform(() => []),
)
const Page = z.object({
  cursor: z.string(),
  entries: z.union([z.array(z.tuple([z.string(), z.number()])), NoEntries]),
})
const Value = z.object({ value: z.union([z.string(), z.literal(false)]), ttl: z.number() })

/** All keys, by name (`user:2` before `user:10`). */
export async function listCachedKeys(redis: Redis): Promise<CachedKey[]> {
  const found = new Map<string, number>() // a scan may come by a key twice
  let cursor = '0'
  do {
    const page = z.parse(Page, await ask(redis, PAGE, '0', cursor))
    for (const [key, ttl] of page.entries) if (ttl !== NO_KEY) found.set(key, ttl)
    cursor = page.cursor
  } while (cursor !== '0')
  const { compare } = new Intl.Collator('en', { numeric: true })
  return [...found]
    .sort(([a], [b]) => compare(a, b))
    .map(([key, ttl]) => ({ key, ttlSeconds: ttl === NO_EXPIRY ? null : ttl }))
}

/** One key, with both its value and its TTL as they are at the same moment. */
export async function readCachedKey(redis: Redis, key: string): Promise<CachedValue> {
  const { value, ttl } = z.parse(Value, await ask(redis, VALUE, '1', key))
  return {
    key,
    exists: ttl !== NO_KEY,
    value: value === false ? null : value,
    ttlSeconds: ttl < 0 ? null : ttl,
  }
}

async function ask(redis: Redis, script: string, ...args: readonly string[]): Promise<unknown> {
  return JSON.parse(String(await redis.ask('EVAL', script, ...args)))
}

/**
 * Empties the cache (FLUSHDB). The services' leases and announced changes, in the other database, stay: without them the
 * services would take Redis for one that lost its data, and cache nothing for three seconds.
 *
 * @returns how many keys there were.
 */
export async function flushCache(redis: Redis): Promise<number> {
  const { length } = await listCachedKeys(redis)
  await redis.ask('FLUSHDB')
  return length
}
