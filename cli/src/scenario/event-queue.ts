/** What is told by one, and listened to by another in its own time. */
export interface EventQueue<T> extends AsyncIterable<T> {
  add(event: T): void
  /** No more will come. */
  end(): void
  /** Resolves when the listener has done with all that were added, and asks for more. */
  drained(): Promise<void>
}

export function createEventQueue<T>(): EventQueue<T> {
  const waiting: T[] = []
  let hasEnded = false
  let wake = () => {}
  let isAsking = false
  let tellDrained = () => {}
  return {
    add: (event) => {
      waiting.push(event)
      wake()
    },
    end: () => {
      hasEnded = true
      wake()
    },
    drained: () =>
      new Promise((resolve) => {
        tellDrained = resolve
        if (isAsking && waiting.length === 0) resolve()
      }),
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) yield next
        else if (hasEnded) return
        else
          await new Promise<void>((resolve) => {
            wake = () => {
              isAsking = false
              resolve()
            }
            isAsking = true
            tellDrained()
          })
      }
    },
  }
}
