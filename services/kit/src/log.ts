import pino, { type Logger } from 'pino'

export type { Logger }

/** How much text is held back, in characters, and for how long at the most, before it is written out. */
const BUFFER_LENGTH = 4096
const FLUSH_INTERVAL_MS = 100

/** How much is held back while nothing can be written, in characters; what comes then is dropped. */
const MAX_LENGTH = 1024 * 1024

/**
 * A pino logger that writes JSON lines to standard output, each with the service's name. Lines are written in batches,
 * because a write for every request costs a quarter of the throughput; `close()` writes what is left. While nothing can
 * be written, since the disk is full, say, lines are lost and the service goes on.
 *
 * @param options.sync Whether each line is written at once, for a process's last words. Default `false`.
 */
export function createLogger({
  service,
  level,
  sync = false,
}: {
  service: string
  level: string
  sync?: boolean
}): {
  log: Logger
  close(): void
} {
  const minLength = sync ? 0 : BUFFER_LENGTH
  const destination = pino.destination({ dest: 1, sync, minLength, maxLength: MAX_LENGTH })
  let isBroken = false
  destination.on('error', () => {
    isBroken = true
  })
  destination.on('write', () => {
    isBroken = false
  })
  // It would try for ever, and pino calls it, too: after fatal lines, and at the exit.
  const flushSync = destination.flushSync.bind(destination)
  destination.flushSync = () => {
    if (!isBroken) flushSync()
  }
  // Its flush of nothing is a write as well, and would wake an idle service ten times a second.
  const held = destination as unknown as { readonly _len: number }
  const timer = setInterval(() => {
    if (held._len > 0) destination.flush()
  }, FLUSH_INTERVAL_MS)
  timer.unref()
  return {
    log: pino({ level, base: { service } }, destination),
    close: () => {
      clearInterval(timer)
      destination.flushSync()
    },
  }
}
