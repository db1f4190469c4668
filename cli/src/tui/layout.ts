import type { Size } from './state.ts'

/** Where everything stands, in cells, borders included. */
export interface Layout {
  readonly columns: number
  readonly rows: number
  readonly circuits: number
  /** The height of the parts and the traffic, and the width of the parts. */
  readonly middle: number
  readonly parts: number
  /** The height of the cache and the events, and the width of the cache. */
  readonly bottom: number
  readonly cache: number
}

/** Below this there is no dashboard. */
export const SMALLEST: Size = { columns: 80, rows: 24 }
/** The line above and the line below. */
const HEADER_AND_FOOTER = 2
const CIRCUITS_HEIGHT = 7
const MIDDLE_HEIGHT = 8
/** From this width on there is room for more than the necessary. */
const WIDE = 120
/** The same of the height: bars become higher. */
const TALL = 40
const TALL_MIDDLE_HEIGHT = 14

/** The places for a terminal of that size; `undefined`: it is too small. */
export function layOut({ columns, rows }: Size): Layout | undefined {
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return undefined
  const isWide = columns >= WIDE
  const middle = rows >= TALL ? TALL_MIDDLE_HEIGHT : MIDDLE_HEIGHT
  return {
    columns,
    rows,
    circuits: CIRCUITS_HEIGHT,
    middle,
    parts: isWide ? 60 : 28,
    bottom: rows - HEADER_AND_FOOTER - CIRCUITS_HEIGHT - middle,
    cache: isWide ? 60 : 34,
  }
}
