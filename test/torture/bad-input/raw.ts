import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attacks.ts'

/** What came back over a connection. */
export interface Reply {
  /** The statuses of all answers. */
  statuses: readonly number[]
  /** Neither an answer nor the end of the connection came in time. */
  isSilent: boolean
}

/** How long it is waited for an answer, and then for one more, in milliseconds. */
const PATIENCE_MS = 5000
const MORE_MS = 50

/** Sends an attack over a connection of its own, and hangs up. */
export async function sendRaw(port: number, { bytes, isUnfinished }: Attack): Promise<Reply> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  let isOver = false
  // Not by `once`, which rejects for an error. A reset is an answer, too: the connection is closed.
  socket.on('error', () => undefined)
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOver = true
      resolve()
    })
  })
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      resolve()
    })
  })
  socket.write(bytes)
  const patience = new AbortController()
  const { signal } = patience
  await Promise.race([
    over,
    answered,
    delay(isUnfinished ? MORE_MS : PATIENCE_MS, undefined, { signal }).catch(() => {}),
  ])
  patience.abort()
  if (!isOver && chunks.length > 0) await Promise.race([over, delay(MORE_MS)])
  const isSilent = !isUnfinished && !isOver && chunks.length === 0
  socket.destroy()
  await over
  const text = Buffer.concat(chunks).toString('latin1')
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  return { statuses, isSilent }
}
