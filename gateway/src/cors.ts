import type { IncomingHttpHeaders } from 'node:http'

/** What scripts of other origins may do, and which headers of an answer they may read. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate',
  'access-control-max-age': '600',
}
const EXPOSED =
  'X-Request-Id, X-Cache, Idempotent-Replayed, Allow, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy'

/** Cross-origin resource sharing (Fetch Standard, 3.2) for the origins that are listed; `*` lists all. */
export interface Cors {
  /** What an answer says to scripts of the origin that the request came from. */
  headersFor(request: IncomingHttpHeaders): Record<string, string>
  /** What a preflight is answered with besides; `undefined` for any other request, and for origins that are not listed. */
  preflightHeadersFor(method: string, request: IncomingHttpHeaders): Record<string, string> | undefined
}

export function createCors(origins: readonly string[]): Cors {
  const isAnyAllowed = origins.includes('*')
  const isAllowed = (origin: string | undefined): origin is string =>
    origin !== undefined && (isAnyAllowed || origins.includes(origin))
  // A cache must not give one origin what another was told.
  const vary = isAnyAllowed ? {} : { vary: 'Origin' }
  return {
    headersFor: ({ origin }) =>
      isAllowed(origin)
        ? {
            ...vary,
            'access-control-allow-origin': isAnyAllowed ? '*' : origin,
            'access-control-expose-headers': EXPOSED,
          }
        : vary,
    preflightHeadersFor: (method, { origin, 'access-control-request-method': wanted }) =>
      method === 'OPTIONS' && wanted !== undefined && isAllowed(origin) ? PREFLIGHT : undefined,
  }
}
