import { LEVELS, type LogLevel, type LogLine } from '@msctl/platform/log-line'
import { PARTS, type Part } from '@msctl/platform/parts'
import * as z from 'zod/mini'
import { defineEntries, type StreamAction } from '../command.ts'
import type { Context, RenderContext, Rendering } from '../context.ts'
import { Failure } from '../failure.ts'
import { oneOf, wholeNumber } from '../menu/readers.ts'
import { messages as common } from '../messages/common.ts'
import { formatTime } from '../print/amounts.ts'
import type { Mark, Terminal } from '../print/terminal.ts'
import { runningPlatform } from '../running-platform.ts'
import { messages } from './logs.messages.ts'
import { parsePart } from './part-argument.ts'

/** How many lines of the past `--follow` begins with. */
const FOLLOW_TAIL = 20

export interface LogsOptions {
  readonly part?: string | undefined
  readonly follow?: boolean | undefined
  readonly level?: LogLevel | undefined
  readonly requestId?: string | undefined
  readonly tail?: number | undefined
}

/** `msctl logs` */
const logs: StreamAction<LogsOptions, LogLine> = {
  run: readLogs,
  render: renderLogLine,
  /** What the part itself wrote. */
  toJson: ({ fields }) => fields,
}

async function* readLogs(options: LogsOptions, context: Context): AsyncGenerator<LogLine> {
  const { follow = false, level, requestId, tail = follow ? FOLLOW_TAIL : undefined } = options
  const part = options.part === undefined ? undefined : parsePart(options.part)
  const platform = await runningPlatform(context)
  const isWanted = (line: LogLine) =>
    (level === undefined || line.level >= LEVELS[level]) &&
    (requestId === undefined || line.fields.requestId === requestId)

  // Follow first: what is written while the past is being read must not be lost.
  const future = follow ? platform.followLogs(part)[Symbol.asyncIterator]() : undefined
  const next = future?.next()
  const past = filter(platform.readLogs(part), isWanted)
  let isEmpty = true
  for await (const line of tail === undefined ? past : lastOf(past, tail)) {
    isEmpty = false
    yield line
  }
  if (future === undefined) {
    if (isEmpty && tail !== 0) await tellNothingFound({ part, requestId }, context)
    return
  }
  for (let step = await next; step?.done === false; step = await future.next())
    if (isWanted(step.value)) yield step.value
}

/** @throws Failure `no-log-line` where one request was asked for. */
async function tellNothingFound(
  { part, requestId }: Pick<LogsOptions, 'part' | 'requestId'>,
  { onEvent, language }: Context,
): Promise<void> {
  if (requestId !== undefined) throw new Failure('no-log-line', { requestId, part })
  onEvent({ type: 'told', lines: () => messages[language].none, activity: () => '' })
}

async function* filter<T>(values: AsyncIterable<T>, isWanted: (value: T) => boolean): AsyncGenerator<T> {
  for await (const value of values) if (isWanted(value)) yield value
}

async function* lastOf<T>(values: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const last: T[] = []
  for await (const value of values) {
    last.push(value)
    if (last.length > count) last.shift()
  }
  yield* last
}

const NAME_WIDTH = Math.max(...PARTS.map((part) => part.length))
/** What a line shows anyway, or what says nothing to a reader. */
const LEFT_OUT = new Set(['time', 'level', 'msg', 'service', 'pid', 'hostname', 'v'])

/** `17:00:00.123 users    INFO  message  key=value …` */
export function renderLogLine(line: LogLine, { terminal }: Pick<RenderContext, 'terminal'>): Rendering {
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

export const entries = defineEntries(messages, ({ options }, language) => [
  {
    name: 'logs',
    examples: ['msctl logs', 'msctl logs users --follow', 'msctl logs --level warn'],
    configure: (command) =>
      command
        .argument('[part]', common[language].part)
        .option('-f, --follow', options.follow)
        .valueOption('--level <level>', options.level, oneOf(Object.keys(LEVELS) as LogLevel[]))
        .option('--request-id <id>', options.requestId)
        .valueOption('-n, --tail <lines>', options.tail, wholeNumber(common[language].aCount)),
    action: logs,
    json: z.looseObject({ level: z.number(), time: z.number(), msg: z.exactOptional(z.string()) }),
  },
])
