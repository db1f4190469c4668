import type { Size } from './state.ts'

/** Where everything stands, in cells, borders included. */
export interface Layout {
  /** Without what the side panel takes. */
  readonly columns: number
  readonly circuits: number
  /** The height of the parts and the traffic, and the width of the parts. */
  readonly middle: number
  readonly parts: number
  /** The height of the cache and the events, and the width of the cache. */
  readonly bottom: number
  readonly cache: number
  /** The side panel: beside all else where there is room, otherwise in the place of all below the circuits. */
  readonly side: { readonly isBeside: boolean; readonly width: number; readonly height: number }
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

/** From this width on there is room for something beside all else. */
const ROOM_BESIDE = 150
const [SIDE_SHARE, SIDE_MAX] = [0.45, 90]

/**
 * The places for a terminal of that size; `undefined`: it is too small.
 *
 * @param hasSide Whether something stands in the side panel.
 */
export function layOut({ columns, rows }: Size, hasSide: boolean): Layout | undefined {
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return undefined
  const isBeside = columns >= ROOM_BESIDE
  const body = rows - HEADER_AND_FOOTER
  const beside = isBeside && hasSide ? Math.min(SIDE_MAX, Math.floor(columns * SIDE_SHARE)) : 0
  const isWide = columns - beside >= WIDE
  const middle = rows >= TALL ? TALL_MIDDLE_HEIGHT : MIDDLE_HEIGHT
  return {
    columns: columns - beside,
    circuits: CIRCUITS_HEIGHT,
    middle,
    parts: isWide ? 60 : 28,
    bottom: body - CIRCUITS_HEIGHT - middle,
    cache: isWide ? 60 : 34,
    side: isBeside
      ? { isBeside, width: beside, height: body }
      : { isBeside, width: columns, height: body - CIRCUITS_HEIGHT },
  }
}
