import type { FastifyRequest } from 'fastify'

/** Headers that concern one connection, not the message (RFC 9110, 7.6.1), and are never passed on. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

// The body has been read whole, so its length is known anew, and nobody waits for a 100.
const NOT_FOR_UPSTREAM = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'expect',
  'traceparent',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
])

const NOT_FOR_CALLER = new Set([...HOP_BY_HOP, 'x-request-id'])

const NONE: ReadonlySet<string> = new Set()

/** The headers that a `Connection` header names, which concern that connection only. */
function namedBy(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || /^(keep-alive|close)$/i.test(connection)) return NONE
  return new Set(connection.toLowerCase().split(/[\s,]+/))
}

/** The headers of a caller's request as its service gets them, names and values in turn. */
export function toUpstreamHeaders(request: FastifyRequest): string[] {
  const { rawHeaders, headers } = request.raw
  const { apiKeyId } = request
  const named = namedBy(headers.connection)
  const passed: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const lowerCased = name.toLowerCase()
    if (NOT_FOR_UPSTREAM.has(lowerCased) || named.has(lowerCased)) continue
    // A state without the trace that it belongs to means nothing (W3C Trace Context, 3.3).
    if (lowerCased === 'tracestate' && headers.traceparent !== request.traceparent) continue
    // A key of the gateway is nobody else's business.
    if (apiKeyId !== undefined && lowerCased === 'authorization') continue
    passed.push(name, rawHeaders[i + 1] as string)
  }
  addForwarding(passed, request, named)
  return passed
}

/** The headers that the gateway gives to every call that it makes for a request, names and values in turn. */
export function forwardingHeaders(request: FastifyRequest): string[] {
  const given: string[] = []
  addForwarding(given, request, NONE)
  return given
}

function addForwarding(passed: string[], request: FastifyRequest, named: ReadonlySet<string>): void {
  const { headers, socket } = request.raw
  const before = named.has('x-forwarded-for') ? undefined : headers['x-forwarded-for']
  const caller = socket.remoteAddress ?? 'unknown'
  passed.push(
    'x-request-id',
    request.id,
    'traceparent',
    request.traceparent,
    'x-forwarded-for',
    before === undefined ? caller : `${before}, ${caller}`,
    'x-forwarded-proto',
    'http',
  )
  if (headers.host !== undefined) passed.push('x-forwarded-host', headers.host)
}

/** A service's headers as its caller gets them. */
export interface AnswerHeaders {
  /** Names and values in turn. */
  headers: string[]
  /** The length of the body in bytes, where it is told. */
  contentLength: number | undefined
  /** What `X-Cache` says. */
  cache: string | undefined
}

/**
 * @param raw names and values in turn, as they came.
 * @param added what the gateway adds, in place of the service's own of the same name; all but `Vary`, of which there may be several.
 */
export function toCallerHeaders(
  raw: Buffer[],
  requestId: string,
  added?: Record<string, string>,
): AnswerHeaders {
  const headers: string[] = ['x-request-id', requestId]
  if (added !== undefined) headers.push(...Object.entries(added).flat())
  let connection: string | undefined
  let contentLength: number | undefined
  let cache: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as Buffer).toString('latin1')
    const value = (raw[i + 1] as Buffer).toString('latin1')
    const lowerCased = name.toLowerCase()
    if (NOT_FOR_CALLER.has(lowerCased)) {
      if (lowerCased === 'connection')
        connection = connection === undefined ? value : `${connection}, ${value}`
      continue
    }
    if (added !== undefined && lowerCased !== 'vary' && Object.hasOwn(added, lowerCased)) continue
    if (lowerCased === 'content-length') contentLength = Number(value)
    else if (lowerCased === 'x-cache') cache = value
    headers.push(name, value)
  }
  const named = namedBy(connection)
  return { headers: named.size === 0 ? headers : without(headers, named), contentLength, cache }
}

const without = (headers: string[], named: ReadonlySet<string>): string[] =>
  headers.filter((_, i) => !named.has((headers[i - (i % 2)] as string).toLowerCase()))
