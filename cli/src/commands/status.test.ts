import type { PlatformStatus } from '@msctl/platform/platform'
import { expect, test } from 'vitest'
import { renderingOn } from '../testing/rendering.ts'
import { status } from './status.ts'

const STATUS: PlatformStatus = {
  driver: 'local',
  url: 'http://localhost:8000',
  dataDir: '/srv/.msctl/data',
  parts: [
    {
      name: 'db',
      state: 'up',
      pid: 41,
      port: 5432,
      url: 'postgres://127.0.0.1:5432',
      startedAt: '2026-01-01T00:00:00.000Z',
      memoryBytes: 44_100_000,
    },
    {
      name: 'users',
      state: 'not ready',
      pid: 4242,
      port: 8001,
      url: 'http://127.0.0.1:8001',
      startedAt: '2026-01-01T00:00:58.000Z',
      memoryBytes: 88_000_000,
    },
    {
      name: 'gateway',
      state: 'down',
      pid: null,
      port: 8000,
      url: 'http://127.0.0.1:8000',
      startedAt: null,
      memoryBytes: null,
    },
  ],
}
const render = (width: number) =>
  status.render(STATUS, { ...renderingOn({ columns: width }), now: Date.parse('2026-01-01T00:01:05.000Z') })
    .result

test('the status is a table', () => {
  expect(render(80)).toBe(
    [
      'driver  local',
      'url     http://localhost:8000',
      'data    /srv/.msctl/data',
      '',
      'PART     STATE      PORT   PID  MEMORY     UPTIME  URL',
      'db       up         5432    41   44 MB  1 min 5 s  postgres://127.0.0.1:5432',
      'users    not ready  8001  4242   88 MB      7.0 s  http://127.0.0.1:8001',
      'gateway  down       8000     -       -          -  http://127.0.0.1:8000',
    ].join('\n'),
  )
})

test('a narrow terminal gets fewer columns, never a broken line', () => {
  for (const width of [20, 40, 60]) {
    const table = render(width).split('\n').slice(4)
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(width)
    expect(table[2]).toMatch(/^users {4}not ready/)
  }
})
