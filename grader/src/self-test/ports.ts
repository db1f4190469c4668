import { createServer } from 'node:net'

// Below those that systems give to connections, as one of these might else sit on the port of a part that is down.
const LOWEST = 20_000
const COUNT = 12_000

const taken = new Set<number>()

/** A port that a part keeps while it is down; nobody else in this process is given it until it is released. */
export async function reservePort(random: () => number = Math.random): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(random() * COUNT)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return port
    taken.delete(port)
  }
}

/** Gives it back. */
export const releasePort = (port: number): boolean => taken.delete(port)

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
