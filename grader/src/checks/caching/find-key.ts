import type { Redis } from '@msctl/platform/redis'
import { listKeys, readKey } from '../../target/redis.ts'
import type { Resource } from '../resources.ts'
import type { Mark } from './cached.ts'
import { shows } from './cached-value.ts'

/** Finds where an object is kept in Redis: under the key of the assignment, else under any that is new. */
export async function findKey(
  redis: Redis,
  resource: Resource,
  id: number,
  mark: Mark | undefined,
  before: ReadonlySet<string>,
): Promise<string | undefined> {
  const usual = `${resource.key}:${id}`
  const value = await readKey(redis, usual)
  const holds = (text: string | undefined) =>
    text !== undefined && mark !== undefined && shows(text, mark.value)
  if (holds(value)) return usual
  const fresh = (await listKeys(redis)).filter((key) => !before.has(key) && key !== usual)
  // Those that name the id come first, for others may be at work in the same Redis.
  fresh.sort((a, b) => Number(b.includes(String(id))) - Number(a.includes(String(id))))
  for (const key of fresh.slice(0, MOST_KEYS)) if (holds(await readKey(redis, key))) return key
  return value !== undefined && value.length >= OPAQUE_LENGTH ? usual : undefined
}

/** How many new keys are looked into. */
const MOST_KEYS = 300
/** A value that cannot be read may still hold the object if it is long enough to, in bytes. */
const OPAQUE_LENGTH = 40
