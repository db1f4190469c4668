import type { Part } from './parts.ts'

/** How grave a line is, in pino's numbers. */
export const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const
export type LogLevel = keyof typeof LEVELS

/** One line of a log. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly time: number
  readonly part: Part
  /** One of {@link LEVELS}, or a number between. */
  readonly level: number
  readonly msg: string
  /** All of it as JSON: what a service or the gateway wrote, or what a store's line was made into. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** `2026-11-22 17:00:00.123 UTC [42] LOG:  message` */
const POSTGRES = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) UTC \[\d+\] ([A-Z0-9]+):\s+(.*)$/
const POSTGRES_LEVELS: Readonly<Record<string, LogLevel>> = {
  ...{ WARNING: 'warn', ERROR: 'error', FATAL: 'fatal', PANIC: 'fatal' },
  ...{ DEBUG1: 'debug', DEBUG2: 'debug', DEBUG3: 'debug', DEBUG4: 'debug', DEBUG5: 'debug' },
}
/** `42:M 22 Nov 2026 17:00:00.123 * message`, in UTC */
const REDIS = /^\d+:[A-Z] (\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([.\-*#]) (.*)$/
const REDIS_LEVELS: Readonly<Record<string, LogLevel>> = {
  '.': 'debug',
  '-': 'debug',
  '*': 'info',
  '#': 'warn',
}

/**
 * Reads one line of a part's log, whatever the part. A line that has no time of its own, such as the rest of a
 * message or a stack trace, gets that of the line before it.
 */
export function parseLogLine(part: Part, text: string, previousTime: number): LogLine {
  return (
    (part === 'db' ? parsePostgres(text) : part === 'cache' ? parseRedis(text) : parseJson(part, text)) ??
    // From a service that writes JSON, anything else is a crash's last words.
    storeLine(part, previousTime, part === 'db' || part === 'cache' ? 'info' : 'error', text.trimStart())
  )
}

function parseJson(part: Part, text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const fields = JSON.parse(text) as Record<string, unknown>
    const { time, level, msg } = fields
    if (typeof time !== 'number') return undefined
    return {
      time,
      part,
      level: typeof level === 'number' ? level : LEVELS.info,
      msg: String(msg ?? ''),
      fields,
    }
  } catch {
    return undefined // a line cut short by a crash
  }
}

function parsePostgres(text: string): LogLine | undefined {
  const [, date, time, severity = '', msg = ''] = POSTGRES.exec(text) ?? []
  if (date === undefined) return undefined
  const isPlain = severity === 'LOG' || severity in POSTGRES_LEVELS
  const level = POSTGRES_LEVELS[severity] ?? 'info'
  return storeLine('db', Date.parse(`${date}T${time}Z`), level, isPlain ? msg : `${severity}: ${msg}`)
}

function parseRedis(text: string): LogLine | undefined {
  const [, time, mark = '', msg = ''] = REDIS.exec(text) ?? []
  return time === undefined
    ? undefined
    : storeLine('cache', Date.parse(`${time} UTC`), REDIS_LEVELS[mark] ?? 'info', msg)
}

function storeLine(part: Part, time: number, levelName: LogLevel, msg: string): LogLine {
  const level = LEVELS[levelName]
  return { time, part, level, msg, fields: { level, time, service: part, msg } }
}
