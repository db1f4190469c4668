import type { CallFailure, Receiver } from './call.ts'
import { toCallerHeaders } from './headers.ts'
import type { Upstream } from './upstreams.ts'

/**
 * Takes an answer that is known to be small as a whole.
 *
 * @param options.limitBytes a larger body is given as an empty one.
 */
export function readWhole(
  { traffic }: Upstream,
  {
    limitBytes,
    onAnswer,
    onFailure,
  }: {
    limitBytes: number
    onAnswer: (status: number, body: Buffer) => void
    onFailure: (failure: CallFailure) => void
  },
): Receiver {
  const chunks: Buffer[] = []
  let length = 0
  let status = 0
  return {
    onHeaders: (answerStatus, rawHeaders) => {
      status = answerStatus
      const { cache } = toCallerHeaders(rawHeaders, '')
      if (cache !== undefined) traffic.countCache(cache)
    },
    onData: (chunk) => {
      length += chunk.length
      if (length <= limitBytes) chunks.push(chunk)
      return true
    },
    onEnd: () => onAnswer(status, length <= limitBytes ? Buffer.concat(chunks) : Buffer.alloc(0)),
    onFailure,
  }
}
