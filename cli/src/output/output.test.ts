import type { PlatformStatus } from '@msctl/platform/platform'
import { expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import { formatBytes, formatDuration } from './amounts.ts'
import { createProgress } from './progress.ts'
import { renderStatus } from './status.ts'
import { describeTerminal } from './terminal.ts'

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
  renderStatus(STATUS, {
    messages: en,
    terminal: describeTerminal({ columns: width }, {}),
    quiet: false,
    now: Date.parse('2026-01-01T00:01:05.000Z'),
    self: 'msctl',
  }).result

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

test('amounts are said in their largest units', () => {
  const spans = [90, 7_800, 306_000, 11_520_000, 273_600_000].map(formatDuration)
  expect(spans).toEqual(['90 ms', '7.8 s', '5 min 6 s', '3 h 12 min', '3 d 4 h'])
  expect([12_300_000, 1_240_000_000].map(formatBytes)).toEqual(['12 MB', '1.2 GB'])
})

test('colour follows NO_COLOR, FORCE_COLOR, the terminal, TERM and CI, in this order', () => {
  const terminal = { isTTY: true }
  expect(describeTerminal(terminal, { TERM: 'xterm' })).toMatchObject({ hasColour: true, isLive: true })
  expect(describeTerminal(terminal, { TERM: 'dumb' })).toMatchObject({ hasColour: false, isLive: false })
  expect(describeTerminal(terminal, { CI: 'true' })).toMatchObject({ hasColour: false, isLive: false })
  expect(describeTerminal({}, {})).toMatchObject({ hasColour: false, isLive: false })
  expect(describeTerminal({}, { FORCE_COLOR: '1' })).toMatchObject({ hasColour: true, isLive: false })
  expect(describeTerminal(terminal, { FORCE_COLOR: '0' }).hasColour).toBe(false)
  expect(describeTerminal(terminal, { FORCE_COLOR: '1', NO_COLOR: '1' }).hasColour).toBe(false)
})

test('progress is lines where nothing can be drawn over, and nothing at all when quiet', () => {
  const say = (quiet: boolean) => {
    let text = ''
    const terminal = describeTerminal({}, {})
    const progress = createProgress({
      write: (each) => (text += each),
      terminal,
      messages: en,
      quiet,
      verbose: false,
    })
    progress.event({ type: 'starting', part: 'users' })
    progress.event({ type: 'ready', part: 'users', tookMs: 320, port: 8001 })
    progress.event({ type: 'stopped', part: 'db' })
    progress.end()
    return text
  }
  expect(say(false)).toBe('✓ users ready :8001  320 ms\n∙ db stopped\n')
  expect(say(true)).toBe('')
})
