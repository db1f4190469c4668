import type { ServerResponse } from 'node:http'
import { sendProblem } from '@msctl/kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callUpstream } from './call.ts'
import { toCallerHeaders, toUpstreamHeaders } from './headers.ts'
import { circuitOpen, toProblem } from './problems.ts'
import type { Upstream } from './upstreams.ts'

/** How long a caller may leave an answer lying before it is given up, in milliseconds. */
const IDLE_CALLER_TIMEOUT_MS = 60_000

/** Passes requests on to a service, and its answers back, piece by piece as they come. */
export const forwardTo =
  (upstream: Upstream) =>
  (request: FastifyRequest, reply: FastifyReply): void => {
    const permit = upstream.breaker.acquire()
    if (permit === undefined) {
      upstream.metrics.observeRejection(upstream.service)
      sendProblem(reply, circuitOpen(upstream))
      return
    }
    const { raw } = reply
    let remaining: number | undefined
    let hasData = false
    let idleTimer: NodeJS.Timeout | undefined

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
          const { headers, contentLength, cache } = toCallerHeaders(rawHeaders, request.id)
          if (cache !== undefined) upstream.traffic.countCache(cache)
          raw.writeHead(status, headers)
          reply.hijack()
          remaining = contentLength
          // The headers leave with the body where that has come along, else by themselves.
          process.nextTick(() => {
            if (!hasData && !raw.writableEnded) raw.flushHeaders()
          })
        },
        onData: (chunk) => {
          if (!hasData && chunk.length === remaining) {
            // As text, because Node joins headers and text into one write.
            raw.end(chunk.toString('latin1'), 'latin1')
            return true
          }
          hasData = true
          if (raw.write(chunk)) return true
          idleTimer = setTimeout(() => cut(raw), IDLE_CALLER_TIMEOUT_MS)
          raw.once('drain', onDrain)
          return false
        },
        onEnd: () => {
          if (!raw.writableEnded) raw.end()
        },
        onFailure: (failure) => {
          if (raw.headersSent) cut(raw)
          else reply.send(toProblem(upstream, failure))
        },
      },
    )

    function onDrain(): void {
      clearTimeout(idleTimer)
      call.resume()
    }

    raw.once('close', () => {
      clearTimeout(idleTimer)
      call.abandon()
    })
  }

/** Ends an answer that is not complete so that its reader cannot take it for complete. */
function cut(raw: ServerResponse): void {
  // To HTTP/1.0 a connection that closes is the end of the body, so only a reset tells.
  if (raw.req.httpVersionMinor === 0) raw.socket?.resetAndDestroy()
  else raw.destroy()
}

/** A proxy's caller may name the whole URL; a service is told path and query. */
function toOriginForm(url: string): string {
  if (url.startsWith('/')) return url
  const start = url.indexOf('/', url.indexOf('://') + 3)
  return start === -1 ? '/' : url.slice(start)
}
