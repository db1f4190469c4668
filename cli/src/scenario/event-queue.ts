/** What is told by one, and listened to by another in its own time. */
export interface EventQueue<T> extends AsyncIterable<T> {
  add(event: T): void
  /** No more will come. */
  end(): void
}

export function createEventQueue<T>(): EventQueue<T> {
  const waiting: T[] = []
  let hasEnded = false
  let wake = () => {}
  return {
    add: (event) => {
      waiting.push(event)
      wake()
    },
    end: () => {
      hasEnded = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) yield next
        else if (hasEnded) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
