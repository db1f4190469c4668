/** A figure of a process at a moment, in milliseconds. */
export interface Sample {
  atMs: number
  value: number
}

/** From the first sample to the last. */
export const lastedMs = (samples: readonly Sample[]): number =>
  (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)

/**
 * How much a figure grows over the time of the samples, by the median of the slopes between all pairs (Theil and Sen): a few high ones,
 * as after a burst, do not make a slope.
 */
export function growthOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((from, index) =>
    samples.slice(index + 1).map((to) => (to.value - from.value) / (to.atMs - from.atMs)),
  )
  const median = slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0
  return median * lastedMs(samples)
}
