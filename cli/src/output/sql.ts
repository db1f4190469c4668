import type { SqlResult } from '@msctl/platform/run-sql'
import type { PromptEnded } from '../commands/db.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { renderTable } from './table.ts'

/** The rows as a table. Of a prompt that has been left, nothing is to be said. */
export function renderSql(data: SqlResult | PromptEnded, { messages, terminal }: RenderContext): Rendering {
  if ('psqlExitCode' in data) return { result: '' }
  const { columns, rows, command, rowCount } = data
  const { noRows, rows: counted, done } = messages.db
  if (columns.length === 0) {
    return { result: done(rowCount === null ? command : `${command}, ${counted(rowCount)}`) }
  }
  if (rows.length === 0) return { result: noRows }
  const heads = columns.map((title, index) => {
    const isNumeric = rows.every((row) => row[index] === null || typeof row[index] === 'number')
    return { title, align: isNumeric ? ('right' as const) : ('left' as const) }
  })
  const cells = rows.map((row) =>
    row.map((value) =>
      value === null ? { text: 'NULL', mark: terminal.dim } : { text: formatValue(value) },
    ),
  )
  // All columns were asked for, so none is left out, however narrow the terminal.
  const table = renderTable(heads, cells, Number.POSITIVE_INFINITY, terminal.dim)
  return { result: table, hints: counted(rows.length) }
}

function formatValue(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // A line break, or an escape sequence, in a value must not break the table or the terminal.
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}
