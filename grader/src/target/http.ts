import { setMaxListeners } from 'node:events'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Pool } from 'undici'
import { type Answer, GradingError, type Request, type RequestOptions } from '../run/grader.ts'
import { cutText, type Exchange, type Recorder } from './recorder.ts'
import { limitTime } from './time-limit.ts'

export interface HttpOptions {
  /** The gateway. */
  readonly url: string
  readonly recorder: Recorder
  /** Aborts what is under way. What is asked after that is the clean-up, and may take {@link CLEAN_UP_TIMEOUT_MS}. */
  readonly signal: AbortSignal
  /** How long the target may be silent, at a request that got no answer, until it is taken for lost. Default 6 000. */
  readonly lostAfterMs?: number
}

export interface Http {
  readonly request: Request
  /** Whether the gateway itself is there: whether it answers `GET /health`, whatever it answers. */
  isAlive(withinMs: number): Promise<boolean>
  /** While it is down on purpose: requests without an answer are then no sign that the target was lost. */
  expectDown<T>(work: () => Promise<T>): Promise<T>
  /** Why the target was given up, if it was. */
  readonly lost: GradingError | undefined
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 15_000
const DEFAULT_LOST_MS = 6_000
const CLEAN_UP_TIMEOUT_MS = 5_000
const PROBE_TIMEOUT_MS = 3_000
const MAX_REDIRECTS = 5
const CONNECTIONS = 64

/** HTTP towards the target, every exchange recorded. */
export function createHttp(options: HttpOptions): Http {
  const { url, recorder, signal, lostAfterMs = DEFAULT_LOST_MS } = options
  // One listener for each request that is under way.
  setMaxListeners(0, signal)
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/+$/, '')
  // Time limits are ours, so that they hold for a whole exchange.
  const pool = new Pool(base.origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 })
  let plannedDowntimes = 0
  let probing: Promise<boolean> | undefined
  let lost: GradingError | undefined

  async function isAlive(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs
    for (;;) {
      const left = Math.max(200, Math.ceil(deadline - performance.now()))
      const probe = await send(
        pool,
        `${prefix}/health`,
        'GET',
        {},
        AbortSignal.timeout(Math.min(left, PROBE_TIMEOUT_MS)),
      )
      if (probe.status !== null) return true
      if (performance.now() >= deadline) return false
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  }

  /** @throws {GradingError} `target-lost` when not even the gateway is there any more. */
  async function assertThere(why: string): Promise<void> {
    if (plannedDowntimes > 0) return
    if (lost !== undefined) throw lost
    probing ??= isAlive(lostAfterMs).finally(() => {
      probing = undefined
    })
    if ((await probing) || plannedDowntimes > 0) return
    lost ??= new GradingError('target-lost', `The target stopped answering: ${base.origin}: ${why}`)
    throw lost
  }

  const request: Request = async (method, path, requestOptions = {}) => {
    const isCleanUp = signal.aborted
    const limit = isCleanUp
      ? limitTime(CLEAN_UP_TIMEOUT_MS)
      : limitTime(requestOptions.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal)
    const { headers, body } = withBody(requestOptions)
    const at = recorder.at()
    const began = performance.now()
    const sent = await send(pool, prefix + path, method, { headers, body }, limit.signal)
    limit.release()
    if (!isCleanUp && signal.aborted) throw signal.reason
    const durationMs = performance.now() - began
    const evidence: Exchange = {
      type: 'exchange',
      ...{ at, method, path, durationMs, status: sent.status },
      ...(Object.keys(headers).length > 0 && { requestHeaders: { ...headers } }),
      ...(body !== undefined && { requestBody: cutText(body) }),
      ...(sent.status !== null && { headers: shownHeaders(sent.headers), body: cutText(sent.text) }),
      ...(sent.error !== undefined && { error: sent.error }),
    }
    recorder.add({
      type: 'request',
      ...{ at, durationMs, status: sent.status, service: serviceOf(path), label: `${method} ${path}` },
    })
    if (sent.status === null && !isCleanUp) await assertThere(sent.error ?? '')
    return {
      ...{
        status: sent.status,
        headers: sent.headers,
        text: sent.text,
        json: parse(sent.text),
        durationMs,
        evidence,
      },
      ...(sent.error !== undefined && { error: sent.error }),
    } satisfies Answer
  }

  return {
    request,
    isAlive,
    async expectDown(work) {
      plannedDowntimes++
      try {
        return await work()
      } finally {
        plannedDowntimes--
      }
    },
    get lost() {
      return lost
    },
    close: () => pool.destroy(),
  }
}

interface Sent {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly error?: string
}

/** Sends a request and follows its redirects, with the same method and body, on the same origin. Never rejects. */
async function send(
  pool: Pool,
  path: string,
  method: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string | undefined },
  signal: AbortSignal,
): Promise<Sent> {
  let target = path
  try {
    for (let redirects = 0; ; redirects++) {
      const answer = await pool.request({
        path: target,
        method: method as 'GET',
        headers,
        body: body ?? null,
        signal,
      })
      const text = await answer.body.text()
      const location = answer.headers.location
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string'
      if (!isRedirect || redirects === MAX_REDIRECTS)
        return { status: answer.statusCode, headers: flatten(answer.headers), text }
      const next = new URL(location, new URL(target, 'http://target'))
      target = next.pathname + next.search
    }
  } catch (error) {
    return { status: null, headers: {}, text: '', error: reasonOf(error) }
  }
}

function withBody({ json, body, headers = {} }: RequestOptions): {
  headers: Readonly<Record<string, string>>
  body: string | undefined
} {
  if (json === undefined) return { headers, body }
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) }
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

/** Those that say something of the answer; never a cookie. */
function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown = ['content-type', 'location', 'retry-after', 'x-cache', 'x-request-id', 'allow']
  return Object.fromEntries(Object.entries(headers).filter(([name]) => shown.includes(name)))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return 'no answer in time'
  const inner = cause instanceof Error ? cause.message : ''
  return message || inner || name
}

/** Which service a path is about. */
function serviceOf(path: string): ServiceName | 'gateway' {
  const first = path.split(/[/?]/)[1]
  return SERVICES.find((service) => service === first) ?? 'gateway'
}
