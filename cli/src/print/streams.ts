/** Said by a stream whose reader, or whose terminal, has gone. */
const WITHOUT_READER: readonly (string | undefined)[] = ['EPIPE', 'EIO']

let isAnyoneReading = true

/** A reader that has seen enough (`| head`) is no error. @param leave What is done then. */
export function endQuietlyWithoutReaders(leave: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!WITHOUT_READER.includes(error.code)) throw error
      isAnyoneReading = false
      leave()
    })
  }
}

/** Writes to stdout; resolves when it can take more. */
export async function write(text: string): Promise<void> {
  if (!isAnyoneReading) return
  const { stdout } = process
  if (!stdout.write(text))
    await new Promise<void>((resolve) => {
      const goOn = () => {
        stdout.off('drain', goOn)
        stdout.off('error', goOn)
        resolve()
      }
      stdout.on('drain', goOn)
      // Of a pipe that nobody reads from any more, nothing drains.
      stdout.on('error', goOn)
    })
}
