/** Raised when something did not happen in time. */
class DeadlineError extends Error {
  readonly code = 'deadline'

  constructor(ms: number) {
    super(`No answer within ${ms} ms`)
    this.name = 'DeadlineError'
  }
}

/**
 * Gives what `promise` gives, if that comes within `ms` milliseconds.
 *
 * @throws {DeadlineError} after that. An answer that had arrived, but could not be read because the event loop was busy,
 * still counts: timers run before sockets are read, so the verdict waits for one round of reading.
 */
export function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(ms))), ms)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
