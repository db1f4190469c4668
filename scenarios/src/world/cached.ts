import type { AnyLab } from './world.ts'

/** A key in Redis, as redis-cli shows it. */
export interface CachedKey {
  /** Null when there is no such key. */
  readonly value: string | null
  /** Null when there is no such key, or it never ends. */
  readonly ttlSeconds: number | null
}

/** Both at the same moment. Redis' nothing is false in Lua. */
const LOOK = "return cjson.encode({redis.call('GET', KEYS[1]), redis.call('TTL', KEYS[1])})"

/** Looks at a key in Redis. */
export async function lookUp({ world }: AnyLab, key: string): Promise<CachedKey> {
  const answer = String(await world.redis.ask('EVAL', LOOK, '1', key))
  const [value, ttl] = JSON.parse(answer) as [string | false, number]
  return { value: value === false ? null : value, ttlSeconds: ttl < 0 ? null : ttl }
}

/** The TTL of a key in seconds, as `TTL` says it; null when there is none. */
export async function ttlOf({ world }: AnyLab, key: string): Promise<number | null> {
  const ttl = Number(await world.redis.ask('TTL', key))
  return ttl < 0 ? null : ttl
}
