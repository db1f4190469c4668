import type { Mark } from './terminal.ts'
import { clip, displayWidth } from './text.ts'

/** A cell: its text, and how to mark it once it is padded. */
export interface Cell {
  readonly text: string
  readonly mark?: Mark
}

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** How narrow it may become, its cells cut, before a column is left out. Default: as wide as its widest cell. */
  readonly shrinksTo?: number
}

const GAP = '  '

/**
 * Aligned columns, as wide as their widest cell where there is room. Columns that do not fit into `width` even when those
 * that may have shrunk are left out, the last first; the first two always stay.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  head: Mark,
): string {
  const widest = columns.map(({ title }, index) =>
    Math.max(...[title, ...rows.map((row) => row[index]?.text ?? '')].map(displayWidth)),
  )
  const least = widest.map((each, index) => Math.min(each, columns[index]?.shrinksTo ?? each))
  let count = columns.length
  while (count > 2 && total(least.slice(0, count)) > width) count--
  const widths = shrink(widest.slice(0, count), least, width)
  const line = (cells: readonly Cell[], mark?: Mark) =>
    cells
      .slice(0, count)
      .map(({ text: whole, mark: own = mark }, index) => {
        const size = widths[index] ?? 0
        const text = clip(whole, size)
        const isLast = index === count - 1
        const gap = ' '.repeat(size - displayWidth(text))
        const padded = columns[index]?.align === 'right' ? gap + text : isLast ? text : text + gap
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

const total = (widths: readonly number[]) =>
  widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1)

/** Takes what is too much from the columns that may shrink, the widest first. */
function shrink(widths: readonly number[], least: readonly number[], room: number): number[] {
  const shrunk = [...widths]
  const byWidth = [...shrunk.keys()].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
  for (const index of byWidth) {
    const excess = Math.max(0, total(shrunk) - room)
    const width = shrunk[index] ?? 0
    shrunk[index] = Math.max(width - excess, least[index] ?? width)
  }
  return shrunk
}
