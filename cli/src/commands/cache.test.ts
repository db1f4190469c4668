import { expect, test } from 'vitest'
import { renderingOn } from '../testing/rendering.ts'
import { get, ttl, watch } from './cache.ts'

const time = '2026-01-02T03:04:05.678Z'

test('a watched cache is one line a look where nothing can be drawn over', () => {
  const keys = [
    { key: 'user:1', ttlSeconds: 299 },
    { key: 'order:1', ttlSeconds: null },
  ]
  expect(watch.render({ time, keys }, renderingOn()).result).toMatch(
    /^\d\d:\d\d:05\.678 {2}user:1=299 order:1=-$/,
  )
})

test('a watched cache that is down is said to be, until it is there again', () => {
  const line = watch.render({ time, keys: null }, renderingOn()).result
  expect(line).toMatch(/^\d\d:\d\d:05\.678 {2}The cache is down\. Still looking; Ctrl-C ends it\.$/)
  const screen = watch.render({ time, keys: null }, renderingOn({ columns: 80, rows: 24, isTTY: true }))
  expect(screen.result).toContain('The cache is down.')
})

test('on a terminal it is a bar for each key, no wider and no higher than the terminal', () => {
  const keys = [300, 150, 3].map((ttlSeconds, index) => ({ key: `user:${index}`, ttlSeconds }))
  const lines = watch
    .render({ time, keys }, renderingOn({ columns: 80, rows: 24, isTTY: true }))
    .result.split('\n')
    .slice(1)
  expect(lines).toEqual([
    `user:0    300 s  ${'█'.repeat(20)}`,
    `user:1    150 s  ${'█'.repeat(10)}${'░'.repeat(10)}`,
    `user:2      3 s  █${'░'.repeat(19)}`,
  ])
  const many = Array.from({ length: 50 }, (_, index) => ({ key: `a-very-long-key:${index}`, ttlSeconds: 9 }))
  for (const [columns, rows] of [
    [20, 5],
    [60, 24],
  ] as const) {
    const screen = watch
      .render({ time, keys: many }, renderingOn({ columns, rows, isTTY: true }))
      .result.split('\n')
    expect(screen.length).toBeLessThan(rows)
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(columns)
    expect(screen.at(-1)).toMatch(/^… and \d+ more$/)
  }
})

test('a value and a TTL are what redis-cli prints', () => {
  const there = { key: 'user:1', exists: true, value: '{"id":1}', ttlSeconds: 42 }
  const missing = { key: 'user:1', exists: false, value: null, ttlSeconds: null }
  expect(get.render(there, renderingOn())).toEqual({ result: '{"id":1}' })
  expect(ttl.render(there, renderingOn())).toEqual({ result: '42' })
  expect(ttl.render({ ...there, ttlSeconds: null }, renderingOn())).toEqual({ result: '-1' })
  expect(get.render(missing, renderingOn()).result).toBe('(nil)')
  expect(ttl.render(missing, renderingOn()).result).toBe('-2')
})
