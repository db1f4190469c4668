import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { call } from '../../call.ts'
import type { Context } from '../../context.ts'
import { summarize } from './latencies.ts'
import { assertLoopback } from './loopback.ts'
import type { LoadReport } from './report.ts'

/** How much is asked. */
interface Rate {
  /** Requests a second. */
  readonly rps: number
  readonly durationMs: number
}

export interface LoadPlan extends Rate {
  /** What to GET. */
  readonly url: URL
  /** Ends it early; what was measured until then is given all the same. */
  /** The key that is sent along. */
  readonly apiKey?: string | undefined
  readonly signal: AbortSignal
  /** Told twice a second how far it is. */
  readonly onProgress?: (progress: { sent: number; total: number; failed: number }) => void
}

/** How long an answer may take, in milliseconds: longer than the gateway waits for a service. */
const TIMEOUT_MS = 10_000
/** Requests under way at the most. One that is due beyond that is not sent, and counts as failed. */
const MAX_UNDER_WAY = 1_000
const CONNECTIONS = 64
const PROGRESS_EVERY_MS = 500

/**
 * Loads a gateway of the platform, which has to answer: a load of refused connections would measure nothing.
 *
 * @param base The gateway's address.
 * @throws Failure `remote-target` unless it is on this machine, or another one is allowed.
 */
export async function loadGateway(
  base: string,
  { path, allowRemote = false, ...rate }: Rate & { readonly path: string; readonly allowRemote?: boolean },
  { apiKey, signal, onEvent }: Pick<Context, 'apiKey' | 'signal' | 'onEvent'>,
): Promise<LoadReport> {
  const url = new URL(base + path)
  if (!allowRemote) await assertLoopback(url)
  await call({ url: base, apiKey, signal }, ({ gateway }, options) => gateway.health(options))
  const onProgress = (progress: { sent: number; total: number; failed: number }) =>
    onEvent({ type: 'loading', ...progress })
  return runLoad({ ...rate, url, apiKey, signal, onProgress })
}

/**
 * Sends requests at a steady rate, however slow the answers are (an open loop), for a server that hangs must not slow
 * down its own examination. Latencies count from the moment that a request was due, so that waiting for us is not left out.
 */
export async function runLoad(plan: LoadPlan): Promise<LoadReport> {
  const { url, apiKey, rps, durationMs, signal, onProgress } = plan
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  const total = Math.max(1, Math.round((rps * durationMs) / 1_000))
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
  })
  const latencies: number[] = []
  const answers: Record<string, number> = {}
  const errors: Record<string, number> = {}
  const underWay = new Set<Promise<void>>()
  let sent = 0
  let failed = 0
  let unexpected: unknown

  const fail = (name: string) => {
    failed++
    errors[name] = (errors[name] ?? 0) + 1
  }
  const send = async (dueAt: number): Promise<void> => {
    const from = Math.min(dueAt, performance.now()) // a timer may be a fraction of a millisecond early
    try {
      const { statusCode, body } = await pool.request({
        path: url.pathname + url.search,
        method: 'GET',
        headers,
      })
      await body.dump({ limit: Number.MAX_SAFE_INTEGER })
      latencies.push(performance.now() - from)
      answers[statusCode] = (answers[statusCode] ?? 0) + 1
      // What the platform itself takes for a failure of a service: a 4xx is an answer like any other.
      if (statusCode >= 500) failed++
    } catch (error) {
      if (signal.aborted) return
      const { code } = error as NodeJS.ErrnoException
      // Whatever the network does has a code: `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT` … Anything else is a mistake of ours.
      if (code === undefined) unexpected ??= error
      else fail(code)
    }
  }

  // All requests at once: a listener for each of them would be a thousand.
  const onAbort = () => void pool.destroy()
  signal.addEventListener('abort', onAbort)
  const began = performance.now()
  let reportedAt = began
  for (let index = 0; index < total && !signal.aborted; index++) {
    const dueAt = began + (index * 1_000) / rps
    // Timers are a millisecond coarse; requests that are due within one leave together.
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    sent++
    if (underWay.size >= MAX_UNDER_WAY) fail('NOT_SENT')
    else {
      const request: Promise<void> = send(dueAt).finally(() => underWay.delete(request))
      underWay.add(request)
    }
    if (performance.now() - reportedAt >= PROGRESS_EVERY_MS) {
      reportedAt = performance.now()
      onProgress?.({ sent, total, failed })
    }
  }
  const sendingMs = performance.now() - began
  await Promise.all(underWay)
  const tookMs = performance.now() - began
  signal.removeEventListener('abort', onAbort)
  await pool.destroy()
  if (unexpected !== undefined) throw unexpected

  return {
    url: url.href,
    asked: { rps, durationMs },
    interrupted: signal.aborted,
    tookMs: round(tookMs),
    sent,
    failed,
    // The last request stands for the interval that follows it, too.
    rps: sent === 0 ? 0 : round((sent * 1_000) / Math.max(sendingMs, (sent * 1_000) / rps)),
    answers,
    errors,
    ...summarize(latencies),
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
