/** A repeatable sequence of numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Makes text that nobody else has: the seed and a count, and when the run began, as the same seed may be run again on the same
 * target. Lower-case letters and digits only.
 */
export function uniqueText(seed: number, beganAt: number): () => string {
  const run = `${beganAt.toString(36)}${(seed >>> 0).toString(36)}`
  let count = 0
  return () => `v${run}x${(count++).toString(36)}`
}
