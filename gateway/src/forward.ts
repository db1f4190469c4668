import { sendProblem } from '@msctl/kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callUpstream } from './call.ts'
import { cut, paceWrites } from './caller.ts'
import { toCallerHeaders, toUpstreamHeaders } from './headers.ts'
import { refuseCall, toProblem } from './problems.ts'
import type { Upstream } from './upstreams.ts'

/** Passes requests on to a service, and its answers back, piece by piece as they come. */
export const forwardTo =
  (upstream: Upstream) =>
  (request: FastifyRequest, reply: FastifyReply): void => {
    const permit = upstream.breaker.acquire()
    if (permit === undefined) {
      request.logged.note = 'circuit open'
      sendProblem(reply, refuseCall(upstream))
      return
    }
    const { raw } = reply
    let contentLength: number | undefined
    let write: ((chunk: Buffer) => boolean) | undefined

    const call = callUpstream(
      upstream,
      permit,
      {
        method: request.method,
        path: toOriginForm(request.raw.url ?? '/'),
        headers: toUpstreamHeaders(request),
        body: Buffer.isBuffer(request.body) ? request.body : null,
      },
      {
        onHeaders: (status, rawHeaders) => {
          const answer = toCallerHeaders(rawHeaders, request.id, request.answerHeaders)
          if (answer.cache !== undefined) upstream.traffic.countCache(answer.cache)
          contentLength = answer.contentLength
          raw.writeHead(status, answer.headers)
          reply.hijack()
          // The headers leave with the body where that has come along with them, else by themselves.
          process.nextTick(() => {
            if (write === undefined && !raw.writableEnded) raw.flushHeaders()
          })
        },
        onData: (chunk) => {
          if (write === undefined && chunk.length === contentLength) {
            // As text, because Node joins headers and text into one write.
            raw.end(chunk.toString('latin1'), 'latin1')
            return true
          }
          write ??= paceWrites(reply, () => call.resume())
          return write(chunk)
        },
        onEnd: () => {
          if (!raw.writableEnded) raw.end()
        },
        onFailure: (failure) => {
          const problem = toProblem(upstream, failure)
          if (raw.headersSent) cut(reply, problem)
          else reply.send(problem)
        },
      },
    )
    raw.once('close', call.abandon)
  }

/** A proxy's caller may name the whole URL; a service is told path and query. */
function toOriginForm(url: string): string {
  if (url.startsWith('/')) return url
  const path = url.slice(url.indexOf('://') + 3).search(/[/?]/)
  if (path === -1) return '/'
  const rest = url.slice(url.indexOf('://') + 3 + path)
  return rest.startsWith('/') ? rest : `/${rest}`
}
