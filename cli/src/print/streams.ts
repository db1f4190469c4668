/** Said by a stream whose reader, or whose terminal, has gone. */
const WITHOUT_READER: readonly (string | undefined)[] = ['EPIPE', 'EIO']

let isAnyoneReading = true

/** What is done when a stream takes no more. */
export interface StreamEnds {
  /** A reader that has seen enough (`| head`) is no error. */
  readonly leave: () => void
  /** What was printed is lost: the disk is full, say. */
  readonly fail: (error: Error) => void
}

/** Sees to it that a stream that takes no more ends msctl without a stack. */
export function watchStreams({ leave, fail }: StreamEnds): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      isAnyoneReading = false
      if (WITHOUT_READER.includes(error.code)) leave()
      else fail(error)
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
