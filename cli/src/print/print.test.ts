import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatLatency } from './amounts.ts'
import { createProgress } from './progress.ts'
import { describeTerminal } from './terminal.ts'

test('amounts are said in their largest units', () => {
  const spans = [90, 7_800, 306_000, 11_520_000, 273_600_000].map((ms) => formatDuration(ms, 'en'))
  expect(spans).toEqual(['90 ms', '7.8 s', '5 min 6 s', '3 h 12 min', '3 d 4 h'])
  expect([12_300_000, 1_240_000_000, 78e9].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    ...['12 MB', '1.2 GB', '78 GB'],
  ])
  expect(formatDuration(7_800, 'ru')).toBe('7,8 с')
  expect(formatLatency(1.23, 'ru')).toBe('1,23 мс')
  expect(formatBytes(1_240_000_000, 'ru')).toBe('1,2 ГБ')
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

test('a terminal that says that it has no columns is taken for one of 80 by 24', () => {
  expect(describeTerminal({ isTTY: true, columns: 0, rows: 0 }, {})).toMatchObject({ width: 80, height: 24 })
  expect(describeTerminal({ isTTY: true, columns: 0 }, { COLUMNS: '50' }).width).toBe(50)
  expect(describeTerminal({ isTTY: true, columns: 132 }, { COLUMNS: '50' }).width).toBe(132)
})

test('progress is lines where nothing can be drawn over, and nothing at all when quiet', () => {
  const say = (quiet: boolean) => {
    let text = ''
    const terminal = describeTerminal({}, {})
    const progress = createProgress({
      write: (each) => (text += each),
      terminal,
      language: 'en',
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
