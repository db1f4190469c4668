import type { ApiResponse, UserDetails } from '@msctl/sdk'
import type { RenderContext, Rendering } from '../context.ts'
import type { ResourceName, Row } from '../resources.ts'
import { renderTable } from './table.ts'
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

/** A part of a list. */
export interface RowPage {
  readonly resource: ResourceName
  readonly rows: readonly Row[]
  readonly isFirst: boolean
}

/** `msctl users|orders|payments delete --json`. */
export interface Deleted {
  readonly resource: ResourceName
  readonly id: number
  readonly deleted: true
}

/** What a command keeps of an answer. */
export function toAnswer(
  resource: ResourceName,
  { data, cache, timings, response }: ApiResponse<Row | UserDetails>,
): Answer {
  const isReplayed = response.headers['idempotent-replayed'] === 'true'
  return { resource, data, cache, tookMs: timings.totalMs, isReplayed }
}

/** What `--json` prints: what the platform answered. */
export function toJson({ data }: Answer): Answer['data'] {
  return data
}

/** A readable record; on stderr, where it came from. */
export function renderAnswer(answer: Answer, context: RenderContext): Rendering {
  const { data, cache, tookMs, isReplayed } = answer
  const { terminal, messages } = context
  const said = messages.resource
  const source =
    cache === undefined ? [] : [`${said.cache[cache as keyof typeof said.cache]}, ${Math.round(tookMs)} ms`]
  const replayed = isReplayed ? [said.replayed] : []
  const withHints = (result: string, more: readonly string[]): Rendering => {
    const hints = [...source, ...replayed, ...more]
    return hints.length === 0 ? { result } : { result, hints: hints.map(terminal.dim).join('\n') }
  }
  if (!('user' in data)) return withHints(renderRecord(data, terminal), [])
  const { user, orders } = data
  const record = renderRecord(user, terminal)
  if (orders === null) return withHints(record, [said.ordersMissing])
  return orders.length === 0
    ? withHints(record, [said.none.orders])
    : withHints(`${record}\n\n${renderRows('orders', orders, context)}`, [])
}

/** A table; the pages after the first go on without a heading. */
export function renderPage({ resource, rows, isFirst }: RowPage, context: RenderContext): Rendering {
  const table = renderRows(resource, rows, context)
  if (!isFirst) return { result: table.slice(table.indexOf('\n') + 1) }
  return { result: table, ...(rows.length === 0 && { hints: context.messages.resource.none[resource] }) }
}

export function renderDeleted({ resource, id }: Deleted, { messages }: RenderContext): Rendering {
  return { result: messages.resource.deleted[resource](id) }
}

function renderRecord(row: Row, terminal: Terminal): string {
  const fields = Object.entries(row)
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields
    .map(([name, value]) => {
      const text = printable(value)
      return `${terminal.dim(name.padEnd(width))}  ${markOf(name, value, terminal)?.(text) ?? text}`
    })
    .join('\n')
}

/** The columns are named as in the contract, so that what one reads here can be used in a request. */
const COLUMNS: Readonly<Record<ResourceName, readonly string[]>> = {
  users: ['id', 'email', 'name', 'created_at'],
  orders: ['id', 'userId', 'product', 'quantity', 'created_at'],
  payments: ['id', 'order_id', 'amount', 'status', 'created_at', 'updated_at'],
}
/** What is as long as somebody chose. */
const TEXTS = new Set(['email', 'name', 'product'])
const NUMBERS = new Set(['id', 'userId', 'order_id', 'quantity', 'amount'])

function renderRows(resource: ResourceName, rows: readonly Row[], { terminal }: RenderContext): string {
  const columns = COLUMNS[resource]
  const heads = columns.map((title) => ({
    title,
    ...(NUMBERS.has(title) && { align: 'right' as const }),
    ...(TEXTS.has(title) && { shrinksTo: 16 }),
  }))
  const cells = rows.map((row) =>
    columns.map((name) => {
      const value = row[name as keyof Row]
      const mark = markOf(name, value, terminal)
      return { text: printable(value), ...(mark !== undefined && { mark }) }
    }),
  )
  return renderTable(heads, cells, terminal.width, terminal.dim)
}

function markOf(name: string, value: unknown, terminal: Terminal): Mark | undefined {
  if (name === 'id') return terminal.bold
  if (name !== 'status') return undefined
  return value === 'completed' ? terminal.green : value === 'failed' ? terminal.red : terminal.yellow
}

/** A value on one line, without what would steer the terminal: names are whatever somebody chose to send. */
function printable(value: unknown): string {
  return String(value).replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
