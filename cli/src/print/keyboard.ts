import type { Failure } from '../failure.ts'

/** Who may sit at the keyboard. */
export interface Keyboard {
  /** Whether somebody does: input and messages are a terminal's, and nobody said that it is a machine's (`CI`). */
  readonly isThere: boolean
  /** Asks for a line. @throws {Failure} the signal's reason; `interrupted` at the end of the input. */
  ask(question: string): Promise<string>
  /**
   * From now on, what is typed before it is waited for does not count: an impatient Enter is no answer to a question that
   * has not been asked. From a pipe, every line counts.
   */
  ignoreUntilAsked(): void
  /** Waits for a line, the end of the input, or the signal. */
  waitForLine(): Promise<void>
}

export interface KeyboardOptions {
  /** Opened only when it is needed. */
  readonly stdin: () => NodeJS.ReadStream
  /** Where questions stand. */
  readonly output: NodeJS.WritableStream
  readonly isTerminal: boolean
  readonly signal: AbortSignal
  /** What the end of the input means to who was asked. */
  readonly interrupted: () => Failure<'interrupted'>
}

const EVENTS = ['data', 'end', 'close']
const ignore = () => undefined

export function createKeyboard({
  stdin,
  output,
  isTerminal,
  signal,
  interrupted,
}: KeyboardOptions): Keyboard {
  const isThere = () => isTerminal && stdin().isTTY === true
  return {
    get isThere() {
      return isThere()
    },

    async ask(question) {
      // Seldom needed, and Node takes a while to load it.
      const { createInterface } = await import('node:readline/promises')
      signal.throwIfAborted()
      const lines = createInterface({ input: stdin(), output, terminal: false })
      try {
        const ended = new Promise<never>((_resolve, reject) => {
          lines.once('close', () => reject(interrupted()))
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        return (await Promise.race([lines.question(question), ended])).trim()
      } finally {
        lines.close()
      }
    },

    ignoreUntilAsked() {
      if (isThere()) stdin().on('data', ignore).resume()
    },

    waitForLine: () =>
      new Promise((resolve) => {
        const input = stdin()
        const end = () => {
          for (const event of EVENTS) input.off(event, end)
          signal.removeEventListener('abort', end)
          if (!input.listeners('data').includes(ignore)) input.pause()
          resolve()
        }
        if (signal.aborted || input.readableEnded) return resolve()
        for (const event of EVENTS) input.on(event, end)
        signal.addEventListener('abort', end)
        input.resume()
      }),
  }
}
