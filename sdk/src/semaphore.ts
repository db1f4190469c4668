import { type Interruption, type Limits, onInterrupt } from './interrupt.ts'

/** Lets only so many through at a time; the others wait in the order in which they came. */
export interface Semaphore {
  /** Takes a permit: at once (`undefined`, so that nobody waits for a promise in vain), or when it is one's turn. */
  acquire(limits: Limits): undefined | Promise<'acquired' | Interruption>
  /** Gives the permit back, for the next. */
  release(): void
}

/**
 * Bounds how many requests are under way. It stands before the dispatcher rather than in it, because a request that waits
 * in undici's pool can neither be aborted there, nor is it rejected when the connections that it waits for fail.
 */
export function createSemaphore(permits: number): Semaphore {
  let taken = 0
  const queue = new Set<() => void>()

  return {
    acquire(limits) {
      if (taken < permits) {
        taken += 1
        return undefined
      }
      return new Promise((resolve) => {
        const stop = onInterrupt(limits, (why) => {
          queue.delete(admit)
          resolve(why)
        })
        function admit() {
          stop()
          resolve('acquired')
        }
        if (!limits.signal?.aborted) queue.add(admit)
      })
    },
    release() {
      const [next] = queue
      if (next === undefined) {
        taken -= 1
        return
      }
      // The permit passes on, so `taken` stays.
      queue.delete(next)
      next()
    },
  }
}
