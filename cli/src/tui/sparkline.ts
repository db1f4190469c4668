const LEVELS = '▁▂▃▄▅▆▇█'

/**
 * The last values as a row of bars, the newest at the right; a moment without a value is a gap.
 *
 * @param width In columns; where there are fewer values, the left stays empty.
 * @param top The value of a full bar. Default: the largest of those shown.
 */
export function sparkline(values: readonly (number | null)[], width: number, top?: number): string {
  const shown = values.slice(-width)
  const most = top ?? Math.max(0, ...shown.map((value) => value ?? 0))
  const bar = (value: number | null) => {
    if (value === null) return ' '
    const share = most === 0 ? 0 : Math.min(1, value / most)
    // Whatever is more than nothing can be told from nothing.
    return LEVELS[value > 0 ? Math.max(1, Math.round(share * (LEVELS.length - 1))) : 0] ?? ' '
  }
  return shown.map(bar).join('').padStart(Math.max(0, width))
}
