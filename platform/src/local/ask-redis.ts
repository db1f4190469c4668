import { connect } from 'node:net'
import { Failure } from '../failure.ts'

const TIMEOUT_MS = 5_000

/**
 * Sends one command to the Redis on that port of 127.0.0.1 and gives its answer as text. Only answers that are one
 * value are understood: a string, a number, an error or nothing, which is ''.
 *
 * @throws Failure `part-unreachable`; `cache-refused` with what Redis says when it answers with an error.
 */
export async function askRedis(
  port: number,
  command: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const answer = await exchange(port, encode(command), signal)
  if (answer.startsWith('-')) throw new Failure('cache-refused', { reason: answer.slice(1) })
  return answer.slice(1)
}

function encode(command: readonly string[]): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${words.join('')}`
}

/** The one value that Redis answers with, behind its type: `+OK`, `:42`, `$text`, `-ERR …`. */
async function exchange(port: number, request: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: TIMEOUT_MS })
    let received = Buffer.alloc(0)
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort)
      socket.destroy()
      settle()
    }
    const fail = (reason: string) =>
      finish(() => reject(new Failure('part-unreachable', { part: 'cache', reason })))
    const onAbort = () => finish(() => reject(signal?.reason))
    signal?.addEventListener('abort', onAbort)
    socket.on('connect', () => socket.write(request))
    socket.on('data', (data) => {
      received = Buffer.concat([received, data])
      const answer = decode(received)
      if (answer !== undefined) finish(() => resolve(answer))
    })
    socket.on('timeout', () => fail(`No answer within ${TIMEOUT_MS / 1000} s`))
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('It closed the connection.'))
  })
}

/** `undefined` while there is more to come. */
function decode(received: Buffer): string | undefined {
  const end = received.indexOf('\r\n')
  if (end < 0) return undefined
  const line = received.toString('utf8', 0, end)
  if (!line.startsWith('$')) return line
  const length = Number(line.slice(1))
  if (length < 0) return '$'
  const start = end + 2
  return received.length < start + length + 2
    ? undefined
    : `$${received.toString('utf8', start, start + length)}`
}
