import { LEVELS, type LogLine } from '@msctl/platform/log-line'
import { PARTS, type Part } from '@msctl/platform/parts'
import type { RenderContext, Rendering } from '../context.ts'
import { formatTime } from './clock.ts'
import type { Mark, Terminal } from './terminal.ts'

const NAME_WIDTH = Math.max(...PARTS.map((part) => part.length))
/** What a line shows anyway, or what says nothing to a reader. */
const LEFT_OUT = new Set(['time', 'level', 'msg', 'service', 'pid', 'hostname', 'v'])

/** `17:00:00.123 users    INFO  message  key=value …` */
export function renderLogLine(line: LogLine, { terminal }: RenderContext): Rendering {
  const name = markOf(line.part, terminal)(line.part.padEnd(NAME_WIDTH))
  const fields = Object.entries(line.fields)
    .filter(([key, value]) => !LEFT_OUT.has(key) && value !== undefined)
    .map(([key, value]) => `${key}=${formatValue(key, value)}`)
  const rest = fields.length === 0 ? '' : `  ${terminal.dim(fields.join(' '))}`
  return {
    result: `${terminal.dim(formatTime(line.time))} ${name} ${formatLevel(line.level, terminal)} ${line.msg}${rest}`,
  }
}

function formatLevel(level: number, terminal: Terminal): string {
  if (level >= LEVELS.fatal) return terminal.red(terminal.bold('FATAL'))
  if (level >= LEVELS.error) return terminal.red('ERROR')
  if (level >= LEVELS.warn) return terminal.yellow('WARN ')
  if (level >= LEVELS.info) return terminal.green('INFO ')
  return terminal.dim(level >= LEVELS.debug ? 'DEBUG' : 'TRACE')
}

function formatValue(key: string, value: unknown): string {
  if (key === 'err' && typeof value === 'object' && value !== null && 'message' in value)
    return String(value.message)
  if (typeof value === 'string') return /[\s="]/.test(value) ? JSON.stringify(value) : value
  return JSON.stringify(value) ?? ''
}

function markOf(part: Part, terminal: Terminal): Mark {
  const marks: Record<Part, Mark> = {
    users: terminal.cyan,
    orders: terminal.blue,
    payments: terminal.magenta,
    gateway: terminal.green,
    cache: terminal.red,
    db: terminal.yellow,
  }
  return marks[part]
}
