import { gunzipSync, inflateSync } from 'node:zlib'
import type { Redis } from '@msctl/platform/redis'

/**
 * What can be read of a value as somebody stored it: the text itself, or what is packed in it. A value that is none of these may still
 * hold an object (encrypted, say); it just cannot be shown to.
 */
function readings(value: string): readonly string[] {
  const found = [value]
  const bytes = /^[A-Za-z0-9+/_=\s-]{16,}$/.test(value)
    ? Buffer.from(value, 'base64')
    : Buffer.from(value, 'latin1')
  found.push(bytes.toString('utf8'), bytes.toString('latin1'))
  for (const unpack of [gunzipSync, inflateSync]) {
    try {
      found.push(unpack(bytes).toString('utf8'))
    } catch {
      // It was not packed that way.
    }
  }
  return found
}

/** How a value may show something: as itself, escaped as in JSON within JSON, or a number as the eight bytes of a double. */
export function shows(value: string, mark: string | number): boolean {
  const texts = readings(value)
  const wanted = [String(mark)]
  if (typeof mark === 'number') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(mark)
    wanted.push(bytes.toString('latin1'))
    bytes.writeDoubleLE(mark)
    wanted.push(bytes.toString('latin1'))
  }
  return texts.some((text) => wanted.some((each) => text.includes(each)))
}

/**
 * Writes other text of the same length over a part of a value where it lies, whatever is around it (JSON, pickle, msgpack): no length
 * that is stored with it becomes wrong, and the TTL stays.
 *
 * @returns whether that could be done.
 */
export async function overwrite(redis: Redis, key: string, from: string, to: string): Promise<boolean> {
  if (from.length !== to.length) throw new RangeError('Only text of the same length can take its place.')
  const type = await redis.ask('TYPE', key)
  if (type === 'hash') {
    const fields = (await redis.ask('HGETALL', key)) as readonly string[]
    const at = fields.findIndex((text, index) => index % 2 === 1 && text.includes(from))
    const [field, text] = [fields[at - 1], fields[at]]
    if (field === undefined || text === undefined) return false
    await redis.ask('HSET', key, field, text.replace(from, to))
    return true
  }
  if (type !== 'string') return false
  const value = await redis.ask('GET', key)
  if (typeof value !== 'string') return false
  const at = value.indexOf(from)
  if (at >= 0) {
    const length = Number(await redis.ask('STRLEN', key))
    const before = value.slice(0, at)
    // What is no UTF-8 comes with a character for each byte.
    const offset = Buffer.byteLength(value) === length ? Buffer.byteLength(before) : before.length
    await redis.ask('SETRANGE', key, String(offset), to)
    return true
  }
  const decoded = Buffer.from(value, 'base64').toString('latin1')
  if (!decoded.includes(from)) return false
  const encoded = Buffer.from(decoded.replace(from, to), 'latin1').toString('base64')
  await redis.ask('SETRANGE', key, '0', encoded.slice(0, value.length))
  return true
}
