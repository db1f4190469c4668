import type { UserDetails } from '@msctl/sdk'
import type { RenderContext, Rendering } from '../context.ts'
import type { ResourceName, Row } from '../resources.ts'
import type { Mark, Terminal } from './terminal.ts'

/** What the platform answered about one object. */
export interface Answer {
  readonly resource: ResourceName
  readonly data: Row | UserDetails
  /** What the cache had to do with it, and how long it took, in milliseconds. */
  readonly cache: string | undefined
  readonly tookMs: number
  /** Whether it is the answer to an earlier request with the same idempotency key. */
  readonly isReplayed: boolean
}

/** What `--json` prints: what the platform answered. */
export function toJson({ data }: Answer): Answer['data'] {
  return data
}

/** What a record is said with. */
export type RecordContext = Pick<RenderContext, 'terminal'> & {
  readonly messages: Pick<RenderContext['messages'], 'resource'>
}

/** A readable record; on stderr, where it came from, and what else there is to say. */
export function renderRecord(
  { cache, tookMs, isReplayed }: Answer,
  row: Row,
  { terminal, messages }: RecordContext,
  more: readonly string[] = [],
): Rendering {
  const result = fieldsOf(row, terminal)
  const said = messages.resource
  const source =
    cache === undefined ? [] : [`${said.cache[cache as keyof typeof said.cache]}, ${Math.round(tookMs)} ms`]
  const hints = [...source, ...(isReplayed ? [said.replayed] : []), ...more]
  return hints.length === 0 ? { result } : { result, hints: hints.map(terminal.dim).join('\n') }
}

function fieldsOf(row: Row, terminal: Terminal): string {
  const fields = Object.entries(row)
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields
    .map(([name, value]) => {
      const text = printable(value)
      return `${terminal.dim(name.padEnd(width))}  ${markOf(name, value, terminal)?.(text) ?? text}`
    })
    .join('\n')
}

/** How the value of a field is marked, if it is. */
export function markOf(name: string, value: unknown, terminal: Terminal): Mark | undefined {
  if (name === 'id') return terminal.bold
  if (name !== 'status') return undefined
  return value === 'completed' ? terminal.green : value === 'failed' ? terminal.red : terminal.yellow
}

/** What would steer the terminal: control characters, line separators, marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: \p{Cc} means the same, and takes Node much longer
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** A value on one line, without what would steer the terminal: names are whatever somebody chose to send. */
export function printable(value: unknown): string {
  return String(value).replace(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
