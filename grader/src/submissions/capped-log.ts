import { createWriteStream } from 'node:fs'

/** How much of what a submission prints is kept, in bytes. */
const MAX_BYTES = 1_000_000
const LAST_CHARACTERS = 4_000

/** What somebody prints, kept up to a size: it may be without end. */
export interface CappedLog {
  /** Takes what was printed, however much. */
  add(data: Buffer): void
  /** The end of all that was printed. */
  last(): string
  close(): Promise<void>
}

/** Writes what comes to a file until it is full; from then on only the end is remembered. */
export function createCappedLog(file: string): CappedLog {
  const stream = createWriteStream(file)
  // A full disk must not end the grading of others; what is missing then is only this log.
  stream.on('error', () => undefined)
  let written = 0
  let last = ''
  const add = (data: Buffer) => {
    last = (last + data.toString('utf8')).slice(-LAST_CHARACTERS)
    if (written >= MAX_BYTES) return
    stream.write(data.subarray(0, MAX_BYTES - written))
    written += data.length
    if (written >= MAX_BYTES) stream.write('\n… cut here: it goes on for longer than anybody would read.\n')
  }
  return {
    add,
    last: () => last.trim(),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  }
}
