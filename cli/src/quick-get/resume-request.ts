import { connect as openSocket, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { ClientOptions } from '@msctl/sdk'
import type { BegunRequest } from './begin-request.ts'

type Connect = NonNullable<ClientOptions['connect']>

/**
 * Lets the SDK go on with a request: it gets the connection on which it was made. The same request, sent there once more,
 * goes nowhere, and its answer comes, so that all that can be wrong with one is seen by whoever always sees it.
 */
export function resumeRequest({ socket, bytes }: BegunRequest): Connect {
  let isTaken = false
  return (options, callback) => {
    if (isTaken) return openAnother(options, callback)
    isTaken = true
    const give = () => {
      socket.off('connect', give).off('close', give)
      if (socket.bytesWritten === 0 && socket.errored !== null) callback(socket.errored, null)
      else callback(null, resume(socket, bytes) as Socket)
    }
    if (socket.connecting) socket.once('connect', give).once('close', give)
    else setImmediate(give)
    return socket
  }
}

/**
 * A connection that receives what that socket has received, and what it will; what is written to it is dropped.
 *
 * @param bytes What has been received.
 */
function resume(socket: Socket, bytes: readonly Buffer[]): Duplex {
  let isAsked = false
  const copy = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      // No sooner, as from any server: undici takes what comes before it has asked for an answer to nothing.
      if (!isAsked) setImmediate(answer)
      isAsked = true
      done()
    },
  })
  const answer = () => {
    for (const chunk of bytes) copy.push(chunk)
    socket.on('data', (chunk) => copy.push(chunk))
    if (socket.closed) end()
    else socket.once('close', end)
  }
  const end = () => {
    const { errored } = socket
    if (errored === null) copy.push(null)
    // What was received before comes first, as it does on a socket.
    else setImmediate(() => copy.destroy(errored))
  }
  return copy
}

/** For what an answer leads to, such as a redirect. */
function openAnother({ hostname, port }: Parameters<Connect>[0], callback: Parameters<Connect>[1]): Socket {
  const socket = openSocket({ host: hostname, port: Number(port) || 80 })
  return socket.once('error', (error) => callback(error, null)).once('connect', () => callback(null, socket))
}
