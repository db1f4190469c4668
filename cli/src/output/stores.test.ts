import { expect, test } from 'vitest'
import type { CommandModule, RenderContext } from '../context.ts'
import type { LoadReport } from '../load/report.ts'
import { en } from '../messages/en.ts'
import { runCommand } from '../run-command.ts'
import { renderCachedTtl, renderCachedValue, renderCacheFrame } from './cache.ts'
import { renderLoad } from './load.ts'
import { renderSql } from './sql.ts'
import { describeTerminal } from './terminal.ts'

const context = (columns = 80, rows = 24, isTTY = false): RenderContext => ({
  messages: en,
  terminal: describeTerminal({ columns, rows, isTTY }, { NO_COLOR: '1' }),
  ...{ quiet: false, now: 0, self: 'msctl' },
})
const time = '2026-01-02T03:04:05.678Z'

test('a watched cache is one line a look where nothing can be drawn over', () => {
  const keys = [
    { key: 'user:1', ttlSeconds: 299 },
    { key: 'order:1', ttlSeconds: null },
  ]
  expect(renderCacheFrame({ time, keys }, context()).result).toMatch(
    /^\d\d:\d\d:05\.678 {2}user:1=299 order:1=-$/,
  )
})

test('on a terminal it is a bar for each key, no wider and no higher than the terminal', () => {
  const keys = [300, 150, 3].map((ttlSeconds, index) => ({ key: `user:${index}`, ttlSeconds }))
  const lines = renderCacheFrame({ time, keys }, context(80, 24, true))
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
    const screen = renderCacheFrame({ time, keys: many }, context(columns, rows, true)).result.split('\n')
    expect(screen.length).toBeLessThan(rows)
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(columns)
    expect(screen.at(-1)).toMatch(/^… and \d+ more$/)
  }
})

test('a frame takes the place of the one before on a terminal, and of nothing elsewhere', async () => {
  const module: CommandModule<object, string> = {
    async *run() {
      yield 'one\ntwo'
      yield 'three'
    },
    render: (result) => ({ result }),
    isRedrawn: true,
  }
  const print = async (rendering: RenderContext) => {
    const printed: string[] = []
    const sinks = { out: async (text: string) => void printed.push(text), err: () => undefined }
    const signal = new AbortController().signal
    await runCommand(
      module,
      {},
      {
        ...{ json: false, quiet: false, context: { signal } as never, rendering, sinks },
        beforeResult: () => undefined,
      },
    )
    return printed.join('')
  }
  expect(await print(context(80, 24, true))).toBe('one\ntwo\n\u001b[2F\u001b[Jthree\n')
  expect(await print(context())).toBe('one\ntwo\nthree\n')
})

test('a value and a TTL are what redis-cli prints', () => {
  const there = { key: 'user:1', exists: true, value: '{"id":1}', ttlSeconds: 42 }
  const missing = { key: 'user:1', exists: false, value: null, ttlSeconds: null }
  expect(renderCachedValue(there, context())).toEqual({ result: '{"id":1}' })
  expect(renderCachedTtl(there, context())).toEqual({ result: '42' })
  expect(renderCachedTtl({ ...there, ttlSeconds: null }, context())).toEqual({ result: '-1' })
  expect(renderCachedValue(missing, context()).result).toBe('(nil)')
  expect(renderCachedTtl(missing, context()).result).toBe('-2')
})

test('rows are a table, in which no value can break a line or the terminal', () => {
  const result = {
    database: 'users_db',
    command: 'SELECT',
    rowCount: 2,
    columns: ['id', 'name'],
    rows: [
      [1, 'a\nb\u001b[31m'],
      [10, null],
    ],
  }
  expect(renderSql(result, context())).toEqual({
    result: 'id  name\n 1  a\\nb\\u001b[31m\n10  NULL',
    hints: '2 rows',
  })
  const changed = { ...result, command: 'UPDATE', columns: [], rows: [] }
  expect(renderSql(changed, context()).result).toBe('Done: UPDATE, 2 rows')
})

test('a load is told in its numbers and as a histogram', () => {
  const report: LoadReport = {
    ...{ url: 'http://localhost:8000/users/1', asked: { rps: 50, durationMs: 2_000 }, interrupted: false },
    ...{ tookMs: 2_001, sent: 100, failed: 1, rps: 50, answers: { 200: 99 }, errors: { ECONNRESET: 1 } },
    latencyMs: { min: 0.6, mean: 1.2, p50: 0.9, p90: 4, p99: 12.34, max: 1_234 },
    histogram: [
      { fromMs: 0.5, toMs: 1, count: 80 },
      { fromMs: 1, toMs: 2, count: 19 },
    ],
  }
  expect(renderLoad(report, context()).result.split('\n')).toEqual([
    'GET /users/1, 50 a second for 2.0 s',
    '',
    'sent     100  50 a second',
    'failed   1',
    'answers  200 × 99, ECONNRESET × 1',
    'latency  p50 0.9 ms  p90 4 ms  p99 12.3 ms  max 1.23 s',
    '',
    `≥ 0.5 ms  80  ${'█'.repeat(40)}`,
    `  ≥ 1 ms  19  ${'█'.repeat(10)}`,
  ])
})
