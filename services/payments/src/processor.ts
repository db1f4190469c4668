import type { PaymentStatus } from '@msctl/sdk/contract'

/**
 * Makes the simulated payment processor: each call decides the fate of one payment.
 *
 * @param options.failureRate the share of payments that fail, from 0 to 1.
 * @param options.seed makes the sequence of fates repeatable; without it, it is random.
 */
export function createProcessor({
  failureRate,
  seed,
}: {
  failureRate: number
  seed: number | undefined
}): () => PaymentStatus {
  const random = seed === undefined ? Math.random : seededRandom(seed)
  return () => (random() < failureRate ? 'failed' : 'completed')
}

/** Mulberry32: a small generator of numbers from 0 to 1 that is even enough for a simulation. */
function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
