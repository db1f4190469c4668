import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How many connections are opened at once. */
const BATCH = 200
/** From one byte of a slow request to the next, in milliseconds. */
const DRIP_MS = 500

/** Connections that are open and ask nothing, and others that ask a byte at a time (slow loris). */
export interface Crowd {
  disperse(): Promise<void>
}

export async function gatherCrowd(
  port: number,
  { idle, slow }: { idle: number; slow: number },
): Promise<Crowd> {
  const sockets: Socket[] = []
  while (sockets.length < idle + slow) {
    const batch = Array.from({ length: Math.min(BATCH, idle + slow - sockets.length) }, () =>
      connect({ port, host: '127.0.0.1' }),
    )
    for (const socket of batch) socket.on('error', () => undefined) // the server may send them away
    await Promise.all(batch.map((socket) => once(socket, 'connect')))
    sockets.push(...batch)
  }
  const dispersed = new AbortController()
  const dripping = drip(sockets.slice(idle), dispersed.signal)
  return {
    disperse: async () => {
      dispersed.abort()
      await dripping
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function drip(sockets: readonly Socket[], signal: AbortSignal): Promise<void> {
  for (const socket of sockets) socket.write('GET /users/1 HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
  while (!signal.aborted) {
    for (const socket of sockets) if (socket.writable) socket.write('a')
    await delay(DRIP_MS, undefined, { signal }).catch(() => undefined)
  }
}
