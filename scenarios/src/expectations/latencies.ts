/** How long something took, several times: the least, the middle, and between which the middle half lies. In milliseconds. */
export interface Spread {
  readonly leastMs: number
  readonly medianMs: number
  readonly lowMs: number
  readonly highMs: number
  readonly count: number
}

/** @throws {RangeError} without a single time. */
export function spreadOf(timesMs: readonly number[]): Spread {
  if (timesMs.length === 0) throw new RangeError('There is no time to take the median of.')
  const sorted = timesMs.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
  return { leastMs: at(0), medianMs: at(0.5), lowMs: at(0.25), highMs: at(0.75), count: sorted.length }
}
