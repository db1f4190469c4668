import type { ProblemError } from '@msctl/kit'
import type { FastifyReply } from 'fastify'

/** How long a caller may leave an answer lying before it is given up, in milliseconds. */
const IDLE_CALLER_TIMEOUT_MS = 60_000

/**
 * Ends an answer that is not complete, so that its reader cannot take it for complete.
 *
 * @param failure why the rest of it does not come, where that is not the caller's doing.
 */
export function cut({ raw, request }: FastifyReply, failure?: ProblemError): void {
  request.failure = failure
  // To HTTP/1.0 a connection that closes is the end of the body, so only a reset tells.
  if (raw.req.httpVersionMinor === 0) raw.socket?.resetAndDestroy()
  else raw.destroy()
}

/**
 * Writes an answer at its caller's pace. A caller that takes nothing for a minute is cut off.
 *
 * @param onReady the caller has taken what there was, after a write that returned false.
 * @returns writes a piece; false means that it is better to wait before the next.
 */
export function paceWrites(reply: FastifyReply, onReady: () => void): (chunk: Buffer) => boolean {
  const { raw } = reply
  let isWaiting = false
  let timer: NodeJS.Timeout | undefined
  raw.once('close', () => clearTimeout(timer))
  raw.on('drain', () => {
    isWaiting = false
    clearTimeout(timer)
    onReady()
  })
  return (chunk) => {
    const mayGoOn = raw.write(chunk)
    if (!mayGoOn && !isWaiting) {
      isWaiting = true
      timer = setTimeout(() => cut(reply), IDLE_CALLER_TIMEOUT_MS)
    }
    return mayGoOn
  }
}
