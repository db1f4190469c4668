import type { Mark } from './terminal.ts'

/** A cell: its text, and how to mark it once it is padded. */
export interface Cell {
  readonly text: string
  readonly mark?: Mark
}

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/**
 * Aligned columns, as wide as their widest cell. Columns that no longer fit into `width` are left out, the last first;
 * the first two always stay.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  head: Mark,
): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.text.length ?? 0)),
  )
  let count = columns.length
  const total = () => widths.slice(0, count).reduce((sum, each) => sum + each, 0) + GAP.length * (count - 1)
  while (count > 2 && total() > width) count--

  const line = (cells: readonly Cell[], mark?: Mark) =>
    cells
      .slice(0, count)
      .map(({ text, mark: own = mark }, index) => {
        const size = widths[index] ?? 0
        const isLast = index === count - 1
        const padded =
          columns[index]?.align === 'right' ? text.padStart(size) : isLast ? text : text.padEnd(size)
        return own === undefined ? padded : own(padded)
      })
      .join(GAP)
      .trimEnd()
  return [
    line(
      columns.map(({ title }) => ({ text: title })),
      head,
    ),
    ...rows.map((row) => line(row)),
  ].join('\n')
}
