import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Agent, type Dispatcher, Pool } from 'undici'
import { type Answer, GradingError, type Request, type RequestOptions } from '../run/grader.ts'
import { cutText, type Exchange, type Recorder } from './recorder.ts'
import { limitTime } from './time-limit.ts'

export interface HttpOptions {
  /** The gateway. */
  readonly url: string
  /** Other addresses of the gateway, such as the port on which it would be published by itself. */
  readonly aliases?: readonly string[] | undefined
  readonly recorder: Recorder
  /** Aborts what is under way. What is asked after that is the clean-up, and may take {@link CLEAN_UP_TIMEOUT_MS}. */
  readonly signal: AbortSignal
  /** How long the target may be silent, at a request that got no answer, until it is taken for lost. Default 6 000. */
  readonly lostAfterMs?: number
}

export interface Http {
  readonly request: Request
  /**
   * Whether the gateway itself is there: whether it answers `GET /health`, whatever it answers.
   *
   * @param signal ends the waiting. Default: that of the run.
   * @throws the signal's reason.
   */
  isAlive(withinMs: number, signal?: AbortSignal): Promise<boolean>
  /** Whether it is still there: like {@link isAlive}, but one that is only slow is waited for much longer. */
  isThere(): Promise<boolean>
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
const SLOW_PROBE_TIMEOUT_MS = 15_000
/** One that takes a connection and does not answer in time is slow rather than gone, and is given so many times as long. */
const SLOW_PATIENCE = 10
const PROBE_EVERY_MS = 150
const MAX_REDIRECTS = 5
const CONNECTIONS = 64

/** HTTP towards the target, every exchange recorded. */
export function createHttp(options: HttpOptions): Http {
  const { url, aliases = [], recorder, signal, lostAfterMs = DEFAULT_LOST_MS } = options
  // One listener for each request that is under way.
  setMaxListeners(0, signal)
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/+$/, '')
  // Time limits are ours, so that they hold for a whole exchange.
  const limits = { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 }
  const route = routing({
    ...{ base, origins: new Set([base.origin, ...aliases.map((each) => new URL(each).origin)]) },
    ...{ target: new Pool(base.origin, limits), others: new Agent(limits) },
  })
  let plannedDowntimes = 0
  let probing: Promise<boolean> | undefined
  let lost: GradingError | undefined

  /** Asks until it answers or the time is over. @returns What came of the last request: an answer, nothing yet, or nobody who listens. */
  async function probe(withinMs: number, timeoutMs: number, until: AbortSignal) {
    const deadline = performance.now() + withinMs
    for (;;) {
      until.throwIfAborted()
      const leftMs = Math.max(200, Math.ceil(deadline - performance.now()))
      const limit = limitTime(Math.min(leftMs, timeoutMs), until)
      const { status } = await send(route, `${prefix}/health`, 'GET', {}, limit.signal)
      const isLate = limit.signal.aborted
      limit.release()
      if (status !== null) return 'answer'
      until.throwIfAborted()
      if (performance.now() >= deadline) return isLate ? 'silence' : 'nobody'
      await delay(PROBE_EVERY_MS, undefined, { signal: until }).catch(() => until.throwIfAborted())
    }
  }

  const isAlive: Http['isAlive'] = async (withinMs, until = signal) =>
    (await probe(withinMs, PROBE_TIMEOUT_MS, until)) === 'answer'

  async function isThere(): Promise<boolean> {
    const first = await probe(lostAfterMs, PROBE_TIMEOUT_MS, signal)
    if (first !== 'silence') return first === 'answer'
    return (await probe(SLOW_PATIENCE * lostAfterMs, SLOW_PROBE_TIMEOUT_MS, signal)) === 'answer'
  }

  /** @throws {GradingError} `target-lost` when not even the gateway is there any more. */
  async function assertThere(why: string): Promise<void> {
    if (plannedDowntimes > 0) return
    if (lost !== undefined) throw lost
    probing ??= isThere().finally(() => {
      probing = undefined
    })
    if ((await probing) || plannedDowntimes > 0) return
    lost ??= new GradingError('target-lost', {
      en: `The target stopped answering: ${base.origin}: ${why}`,
      ru: `Система перестала отвечать: ${base.origin}: ${why}`,
    })
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
    const sent = await send(route, prefix + path, method, { headers, body }, limit.signal)
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
    isThere,
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
    close: route.close,
  }
}

interface Sent {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly error?: string
}

/** By which way an address is asked. */
interface Route {
  readonly base: URL
  /** Whether it is the target's own. */
  isTarget(url: URL): boolean
  readonly target: Dispatcher
  /** `undefined`: not at all. */
  to(url: URL): Dispatcher | undefined
  close(): Promise<void>
}

/** What leads to the target itself, or to another port of its machine, is asked: nobody else's answers are taken for the target's. */
function routing(ways: {
  readonly base: URL
  readonly origins: ReadonlySet<string>
  readonly target: Dispatcher
  readonly others: Dispatcher
}): Route {
  const { base, origins, target, others } = ways
  const machineOf = ({ hostname }: URL) => (LOOPBACK.has(hostname) ? 'localhost' : hostname)
  const isTarget = ({ origin }: URL) => origins.has(origin)
  return {
    ...{ base, target, isTarget },
    to: (url) => (isTarget(url) ? target : machineOf(url) === machineOf(base) ? others : undefined),
    close: async () => {
      await Promise.all([target.destroy(), others.destroy()])
    },
  }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0'])

/** Sends a request and follows its redirects, with the same method and body. Never rejects. */
async function send(
  route: Route,
  path: string,
  method: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string | undefined },
  signal: AbortSignal,
): Promise<Sent> {
  let url = route.base
  let target = path
  try {
    for (let redirects = 0; ; redirects++) {
      const way = route.to(url) ?? route.target
      const answer = await way.request({
        ...{ origin: url.origin, path: target, method: method as 'GET', headers, body: body ?? null, signal },
      })
      const text = await answer.body.text()
      const { location } = answer.headers
      const isRedirect = REDIRECTS.has(answer.statusCode) && typeof location === 'string'
      const here = new URL(target, url)
      const next = isRedirect && URL.canParse(location, here.href) ? new URL(location, here) : undefined
      if (next === undefined || redirects === MAX_REDIRECTS || route.to(next) === undefined)
        return { status: answer.statusCode, headers: flatten(answer.headers), text }
      url = next
      target = next.pathname + next.search
    }
  } catch (error) {
    const why = reasonOf(error)
    const reason = route.isTarget(url) ? why : `redirected to ${url.origin}${target}: ${why}`
    return { status: null, headers: {}, text: '', error: reason }
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

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
