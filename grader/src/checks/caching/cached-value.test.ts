import { gzipSync } from 'node:zlib'
import type { RedisAnswer } from '@msctl/platform/redis'
import { expect, test } from 'vitest'
import { overwrite, shows } from './cached-value.ts'

const json = '{"id": 7, "name": "Ann v1", "amount": 12.34}'

test.each([
  ['JSON', json],
  ['JSON within JSON', JSON.stringify({ value: json })],
  ['base64', Buffer.from(json).toString('base64')],
  ['gzip', gzipSync(json).toString('latin1')],
  ['a pickle', '\x80\x04\x95}\x94(\x8c\x04name\x94\x8c\x06Ann v1\x94u.'],
  ['a hash', JSON.stringify(['id', '7', 'name', 'Ann v1'])],
])('%s shows the object that it holds', (_, value) => {
  expect(shows(value, 'Ann v1')).toBe(true)
  expect(shows(value, 'Ann v2')).toBe(false)
})

test('a number is shown as text or as the bytes of a double', () => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(12.34)
  expect(shows(json, 12.34)).toBe(true)
  expect(shows(`\x82\xa6amount\xcb${bytes.toString('latin1')}`, 12.34)).toBe(true)
  expect(shows(json, 56.78)).toBe(false)
})

/** A Redis of one key, with what {@link overwrite} asks of it. */
function redisWith(value: Buffer) {
  const ask = async (name = '', ...args: readonly string[]): Promise<RedisAnswer> => {
    if (name === 'TYPE') return 'string'
    if (name === 'STRLEN') return value.length
    if (name === 'SETRANGE') return value.write(args[2] ?? '', Number(args[1]), 'latin1')
    const text = value.toString('utf8')
    return text.includes('\ufffd') ? value.toString('latin1') : text
  }
  return { ask }
}

test.each([
  ['text with letters of two bytes before it', Buffer.from('{"city": "Ёж", "name": "Ann v1"}')],
  ['binary', Buffer.from('\x80\x04\xff\xfe\x8c\x06Ann v1\x94u.', 'latin1')],
  ['base64', Buffer.from(Buffer.from(json).toString('base64'))],
])('%s is written over where it lies, and nothing else is', async (_, value) => {
  const before = value.length
  expect(await overwrite(redisWith(value), 'user:7', 'Ann v1', 'Bnn v1')).toBe(true)
  expect(value.length).toBe(before)
  expect(shows(value.toString('latin1'), 'Bnn v1')).toBe(true)
  expect(shows(value.toString('latin1'), 'Ann v1')).toBe(false)
})

test('what cannot be found cannot be written over', async () => {
  expect(await overwrite(redisWith(gzipSync(json)), 'user:7', 'Ann v1', 'Bnn v1')).toBe(false)
})
