const LEVELS = ' ▁▂▃▄▅▆▇█'
const FULL = LEVELS.length - 1

export interface SparklineOptions {
  /** In columns; where there are fewer values, the left stays empty. */
  readonly width: number
  /** In lines. Default 1. */
  readonly height?: number
  /** The value of a full bar. Default: the largest of those shown. */
  readonly top?: number
}

/**
 * The last values as bars, the newest at the right, the uppermost line first. A moment without a value is a gap; whatever
 * is more than nothing can be told from nothing.
 */
export function sparkline(
  values: readonly (number | null)[],
  { width, height = 1, top }: SparklineOptions,
): string[] {
  const shown = values.slice(-Math.max(1, width))
  const most = top ?? Math.max(0, ...shown.map((value) => value ?? 0))
  const eighths = shown.map((value) => {
    if (value === null) return 0
    const share = most === 0 ? 0 : Math.min(1, value / most)
    return Math.max(value > 0 ? 2 : 1, Math.round(share * FULL * height))
  })
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * FULL
    const bars = eighths.map((each) => LEVELS[Math.max(0, Math.min(FULL, each - below))] ?? ' ')
    return bars.join('').padStart(Math.max(0, width))
  })
}
