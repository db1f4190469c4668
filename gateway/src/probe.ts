import request from 'undici/lib/api/api-request.js'
import type { Upstream } from './upstreams.ts'

/** How long a service may take to say whether it is ready, in milliseconds. */
const PROBE_TIMEOUT_MS = 1000

/** What came of asking a service whether it is ready. */
export type Probe = { reachable: false } | { reachable: true; ready: boolean; latencyMs: number }

/** Asks a service's `/ready`, past its breaker, so that looking at a service changes nothing for it. */
export async function probe({ connections }: Upstream): Promise<Probe> {
  const { client, discard } = connections.open()
  const startedAtMs = performance.now()
  try {
    const { statusCode, body } = await request.call(client, {
      path: '/ready',
      method: 'GET',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    const latencyMs = Math.round((performance.now() - startedAtMs) * 1000) / 1000
    await body.dump()
    return { reachable: true, ready: statusCode === 200, latencyMs }
  } catch {
    // Why it cannot be reached is told by the calls that fail; a probe only says that.
    return { reachable: false }
  } finally {
    discard()
  }
}
