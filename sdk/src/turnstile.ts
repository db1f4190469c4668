import { type Interruption, type Limits, onInterrupt } from './interrupt.ts'

/** Lets only so many through at a time; the others wait in the order in which they came. */
export interface Turnstile {
  /** Goes through: at once (`undefined`, so that nobody waits for a promise in vain), or when it is one's turn. */
  enter(limits: Limits): undefined | Promise<'entered' | Interruption>
  /** Makes room for the next. */
  leave(): void
}

/**
 * Bounds how many requests are under way. It stands before the dispatcher rather than in it, because a request that waits
 * in undici's pool can neither be aborted there, nor is it rejected when the connections that it waits for fail.
 */
export function createTurnstile(width: number): Turnstile {
  let inside = 0
  const queue = new Set<() => void>()

  return {
    enter(limits) {
      if (inside < width) {
        inside += 1
        return undefined
      }
      return new Promise((resolve) => {
        const stop = onInterrupt(limits, (why) => {
          queue.delete(admit)
          resolve(why)
        })
        function admit() {
          stop()
          resolve('entered')
        }
        if (!limits.signal?.aborted) queue.add(admit)
      })
    },
    leave() {
      const [next] = queue
      if (next === undefined) {
        inside -= 1
        return
      }
      // The place passes on, so `inside` stays.
      queue.delete(next)
      next()
    },
  }
}
