import type { Order, Payment, User, UserDetails } from '@msctl/sdk'
import type { RenderContext, Rendering } from '../../context.ts'
import { renderTable } from '../../print/table.ts'
import type { Mark, Terminal } from '../../print/terminal.ts'
import { printable } from '../../print/text.ts'
import type { ResourceName } from './fields.ts'
import { messages } from './messages.ts'

/** One of the platform's objects. */
export type Row = User | Order | Payment

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

/** A readable record; on stderr, where it came from. */
export function renderAnswer(answer: Answer, context: RenderContext): Rendering {
  const { data } = answer
  if (!('user' in data)) return renderRecord(answer, data, context)
  const { user, orders } = data
  const { none, ordersMissing } = messages[context.language]
  if (orders === null) return renderRecord(answer, user, context, [ordersMissing])
  if (orders.length === 0) return renderRecord(answer, user, context, [none.orders])
  const { result, ...hints } = renderRecord(answer, user, context)
  return { result: `${result}\n\n${renderRows('orders', orders, context)}`, ...hints }
}

function renderRecord(
  { cache, tookMs, isReplayed }: Answer,
  row: Row,
  { terminal, language }: RenderContext,
  more: readonly string[] = [],
): Rendering {
  const result = fieldsOf(row, terminal)
  const words = messages[language]
  const source =
    cache === undefined ? [] : [`${words.cache[cache as keyof typeof words.cache]}, ${Math.round(tookMs)} ms`]
  const hints = [...source, ...(isReplayed ? [words.replayed] : []), ...more]
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
function markOf(name: string, value: unknown, terminal: Terminal): Mark | undefined {
  if (name === 'id') return terminal.bold
  if (name !== 'status') return undefined
  return value === 'completed' ? terminal.green : value === 'failed' ? terminal.red : terminal.yellow
}

/** The columns are named as in the contract, so that what one reads here can be used in a request. */
export const COLUMNS: Readonly<Record<ResourceName, readonly string[]>> = {
  users: ['id', 'email', 'name', 'created_at'],
  orders: ['id', 'userId', 'product', 'quantity', 'created_at'],
  payments: ['id', 'order_id', 'amount', 'status', 'created_at', 'updated_at'],
}
/** What is as long as somebody chose. */
const TEXTS = new Set(['email', 'name', 'product'])
const NUMBERS = new Set(['id', 'userId', 'order_id', 'quantity', 'amount'])

/** A table. */
export function renderRows(
  resource: ResourceName,
  rows: readonly Row[],
  { terminal }: Pick<RenderContext, 'terminal'>,
  columns: readonly string[] = COLUMNS[resource],
): string {
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
