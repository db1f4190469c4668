/** Something that is to be done, and what it must have for itself meanwhile. */
export interface Booking {
  readonly uses: readonly string[]
  readonly expectedMs: number
}

/**
 * Does everything in its order, as much at once as can be: each begins when all that was before it and uses something of the same has
 * ended. What uses nothing begins at once.
 */
export async function runSchedule<B extends Booking>(
  bookings: readonly B[],
  work: (booking: B) => Promise<void>,
): Promise<void> {
  const last = new Map<string, Promise<unknown>>()
  const all = bookings.map((booking) => {
    const before = booking.uses.map((name) => last.get(name))
    const done = Promise.all(before).then(() => work(booking))
    for (const name of booking.uses)
      last.set(
        name,
        done.catch(() => undefined),
      )
    return done
  })
  const outcomes = await Promise.allSettled(all)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** How long all of it should take, in milliseconds. */
export function expectedTotal(bookings: readonly Booking[]): number {
  const free = new Map<string, number>()
  let total = 0
  for (const { uses, expectedMs } of bookings) {
    const end = Math.max(0, ...uses.map((name) => free.get(name) ?? 0)) + expectedMs
    for (const name of uses) free.set(name, end)
    total = Math.max(total, end)
  }
  return total
}
