import type { Answer } from './transport.ts'

/** How many redirects one attempt follows. */
export const MAX_REDIRECTS = 5

const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Those that promise that method and body stay. */
const PRESERVING = new Set([307, 308])

/**
 * Where an answer sends the request on to. Only within the same origin, since headers may hold secrets; and only so that
 * the request stays what it is: a POST that becomes a GET would give a wrong answer rather than an error.
 *
 * @returns the path with its query; `undefined` for answers that are no redirect, or none to be followed.
 */
export function followRedirect(
  { status, headers }: Answer,
  { method, url }: { method: string; url: string },
): string | undefined {
  if (!REDIRECTS.has(status)) return undefined
  if (method !== 'GET' && !PRESERVING.has(status)) return undefined
  const { location } = headers
  if (typeof location !== 'string' || !URL.canParse(location, url)) return undefined
  const target = new URL(location, url)
  return target.origin === new URL(url).origin ? target.pathname + target.search : undefined
}

/** Says why a redirect was not followed; `undefined` for other answers. */
export const describeRedirect = ({ status, headers }: Answer): string | undefined =>
  REDIRECTS.has(status)
    ? `redirects to ${String(headers.location)}, which is not followed: it leaves the origin, changes the method, or is one of too many`
    : undefined
