import type { ApiResponse, UserDetails } from '@msctl/sdk'
import type { RenderContext, Rendering } from '../context.ts'
import type { ResourceName, Row } from '../resources.ts'
import { type Answer, markOf, printable, renderRecord } from './record.ts'
import { renderTable } from './table.ts'

export { type Answer, toJson } from './record.ts'

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

/** A readable record; on stderr, where it came from. */
export function renderAnswer(answer: Answer, context: RenderContext): Rendering {
  const { data } = answer
  if (!('user' in data)) return renderRecord(answer, data, context)
  const { user, orders } = data
  const { none, ordersMissing } = context.messages.resource
  if (orders === null) return renderRecord(answer, user, context, [ordersMissing])
  if (orders.length === 0) return renderRecord(answer, user, context, [none.orders])
  const { result, ...hints } = renderRecord(answer, user, context)
  return { result: `${result}\n\n${renderRows('orders', orders, context)}`, ...hints }
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
