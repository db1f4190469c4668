import type { Server } from 'node:net'
import { isPortFree, listen } from './ports.ts'

/** Below those that systems give to connections, as one of these might else sit on the port of a server that is down. */
const LOWEST = 20_000
const COUNT = 12_000
/** Who listens on a port here has reserved it; nobody serves anything there. */
const TOKEN_HOST = '127.0.0.2'

/** What reserves each port; `undefined` where this machine has no such address, and the port is reserved in this process alone. */
const reserved = new Map<number, Server | undefined>()

/**
 * A port for a server that is to come back on it after it was down: nobody else on this machine is given it by this function
 * until it is released or this process ends.
 */
export async function reservePort(random: () => number = Math.random): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(random() * COUNT)
    if (reserved.has(port)) continue
    reserved.set(port, undefined)
    try {
      const token = await listen(port, TOKEN_HOST)
      token.unref()
      reserved.set(port, token)
    } catch (error) {
      // Anything else than that somebody has it: Linux has all of 127.0.0.0/8, macOS only the first.
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
        reserved.delete(port)
        continue
      }
    }
    if (await isPortFree(port)) return port
    releasePort(port)
  }
}

/** Gives it back. */
export function releasePort(port: number): void {
  reserved.get(port)?.close()
  reserved.delete(port)
}
