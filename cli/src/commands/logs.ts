import { choosePlatform } from '@msctl/platform/choose-platform'
import { LEVELS, type LogLevel, type LogLine } from '@msctl/platform/log-line'
import type { Context } from '../context.ts'
import { parsePart } from '../part-argument.ts'

export { renderLogLine as render } from '../output/logs.ts'

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
export async function* run(options: LogsOptions, context: Context): AsyncGenerator<LogLine> {
  const { follow = false, level, requestId, tail = follow ? FOLLOW_TAIL : undefined } = options
  const part = options.part === undefined ? undefined : parsePart(options.part)
  const platform = await choosePlatform('running', context)
  const isWanted = (line: LogLine) =>
    (level === undefined || line.level >= LEVELS[level]) &&
    (requestId === undefined || line.fields.requestId === requestId)

  // Follow first: what is written while the past is being read must not be lost.
  const future = follow ? platform.followLogs(part)[Symbol.asyncIterator]() : undefined
  const next = future?.next()
  const past = filter(platform.readLogs(part), isWanted)
  yield* tail === undefined ? past : lastOf(past, tail)
  if (future === undefined) return
  for (let step = await next; step?.done === false; step = await future.next())
    if (isWanted(step.value)) yield step.value
}

/** What `--json` prints: what the part itself wrote. */
export function toJson(line: LogLine): unknown {
  return line.fields
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
