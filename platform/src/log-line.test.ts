import { expect, test } from 'vitest'
import { LEVELS, parseLogLine } from './log-line.ts'

test("a service's line keeps all that it says", () => {
  const text = '{"level":40,"time":1700000000123,"service":"users","msg":"Cache MISS","key":"user:1"}'
  expect(parseLogLine('users', text, 0)).toEqual({
    time: 1_700_000_000_123,
    part: 'users',
    level: LEVELS.warn,
    msg: 'Cache MISS',
    fields: JSON.parse(text),
  })
})

test("PostgreSQL's line becomes one like the others", () => {
  const line = '2026-11-22 17:00:00.123 UTC [42] FATAL:  role "x" does not exist'
  const time = Date.UTC(2026, 10, 22, 17, 0, 0, 123)
  expect(parseLogLine('db', line, 0).fields).toEqual({
    level: 60,
    time,
    service: 'db',
    msg: 'role "x" does not exist',
  })
  expect(parseLogLine('db', line.replace('FATAL', 'LOG'), 0).level).toBe(LEVELS.info)
  expect(parseLogLine('db', line.replace('FATAL', 'DETAIL'), 0).msg).toBe('DETAIL: role "x" does not exist')
})

test("Redis's line becomes one like the others", () => {
  const line = '7:M 22 Nov 2026 17:00:00.123 # WARNING overcommit_memory is 0'
  expect(parseLogLine('cache', line, 0)).toMatchObject({
    time: Date.UTC(2026, 10, 22, 17, 0, 0, 123),
    level: LEVELS.warn,
    msg: 'WARNING overcommit_memory is 0',
  })
})

test('what has no time of its own stands with the line before it', () => {
  expect(parseLogLine('db', '\tSELECT 1', 5)).toMatchObject({ time: 5, level: LEVELS.info, msg: 'SELECT 1' })
  expect(parseLogLine('users', 'Error: boom', 5)).toMatchObject({
    time: 5,
    level: LEVELS.error,
    msg: 'Error: boom',
  })
  expect(parseLogLine('users', '{"level":30,"ti', 5)).toMatchObject({ time: 5, level: LEVELS.error })
})
