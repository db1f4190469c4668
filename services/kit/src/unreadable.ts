import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PROBLEM_MEDIA_TYPE, type ProblemName } from '@msctl/sdk/contract'
import { answerOn } from './idle-connections.ts'
import { ProblemError, toBody } from './problems.ts'

const UNREADABLE: Record<string, [ProblemName, string]> = {
  HPE_HEADER_OVERFLOW: ['header-fields-too-large', 'The header fields are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
}

/** Node could not read a request as HTTP, so there is no request to answer, only a socket. */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // Nothing may be mixed into an answer that has begun.
  if (error.code === 'ECONNRESET' || !socket.writable || answerOn(socket)?.headersSent) {
    socket.destroy(error)
    return
  }
  const [name, detail] = UNREADABLE[error.code ?? ''] ?? [
    'malformed-request',
    'The request is not valid HTTP.',
  ]
  endWith(socket, new ProblemError(name, detail))
}

/** Answers what Node would else answer by itself, without saying why: CONNECT, and an `Expect` that it does not know. */
export function answerOddRequests(server: Server): void {
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWith(
      socket,
      new ProblemError('method-not-allowed', 'This is no proxy to connect through.', {
        headers: { allow: '' },
      }),
    )
  })
  // RFC 9110 lets a server pass over an expectation that it does not know.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

function endWith(socket: Duplex, problem: ProblemError): void {
  const body = toBody(problem)
  const text = JSON.stringify(body)
  const headers = {
    ...problem.headers,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${body.status} ${body.title}\r\n${lines.join('')}\r\n${text}`)
}
