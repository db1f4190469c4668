import { ConfigError } from './config.ts'
import { createLogger, type Logger } from './log.ts'

/**
 * Starts a process. What goes wrong before it listens, or surprises it later, is logged, and ends it: with 2 for a bad
 * configuration, else with 1.
 */
export function start(service: string, main: () => Promise<void>, self: NodeJS.Process = process): void {
  const fail = (err: unknown) => {
    const { log, close } = createLogger({ service, level: 'fatal', sync: true })
    log.fatal({ err }, err instanceof Error ? err.message : String(err))
    close()
    self.exit(err instanceof ConfigError ? 2 : 1)
  }
  self.on('uncaughtException', fail)
  main().catch(fail)
}

/** How long requests in flight may take to end once the process is told to stop, in milliseconds (contract: 10 s). */
const DRAIN_TIMEOUT_MS = 10_000

/** What `run` needs of an application: Fastify's own `listen` and `close`. */
export interface Runnable {
  listen(options: { host: string; port: number }): Promise<string>
  close(): PromiseLike<unknown>
}

/**
 * Listens until the process is told to stop (SIGTERM, SIGINT), then accepts nothing new, lets what is in flight end
 * within 10 seconds, closes what the process holds, and exits: with 0, or with 1 where the time did not suffice. A second
 * signal leaves at once.
 *
 * @param options.closers what to close after the server, in this order.
 * @param options.flush writes out what the log still holds back, last of all.
 * @throws what `listen` throws, such as `EADDRINUSE`.
 */
export async function run({
  app,
  host,
  port,
  log,
  closers,
  flush,
  process: self = process,
}: {
  app: Runnable
  host: string
  port: number
  log: Logger
  closers: (() => Promise<unknown>)[]
  flush: () => void
  process?: NodeJS.Process
}): Promise<void> {
  const leave = (code: number) => {
    flush()
    self.exit(code)
  }

  async function drain(): Promise<void> {
    await app.close()
    for (const close of closers) await close()
  }

  let isStopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) return leave(1)
    isStopping = true
    log.info({ signal }, 'Stopping')
    log.flush() // so that it is known by the last line whether anything can be written
    const deadline = setTimeout(() => {
      log.error({ timeoutMs: DRAIN_TIMEOUT_MS }, 'Some requests did not end in time')
      leave(1)
    }, DRAIN_TIMEOUT_MS)
    drain().then(
      () => {
        clearTimeout(deadline)
        log.info('Stopped')
        leave(0)
      },
      (err: unknown) => {
        log.error({ err }, 'Could not close everything')
        leave(1)
      },
    )
  }
  self.on('SIGTERM', stop)
  self.on('SIGINT', stop)

  const address = await app.listen({ host, port })
  log.info({ address }, `Listening on ${address}`)
}
