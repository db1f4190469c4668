import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientOptions,
  createClient,
  isAbortError,
  isApiError,
  isCircuitOpenError,
  isConnectionError,
  isNotFoundError,
  isRateLimitError,
  isTimeoutError,
  type RetryEvent,
} from './index.ts'
import { createScripted, type Script } from './testing/scripted.ts'
import { ann } from './testing/server.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const found: Script = { status: 200, body: ann }
const circuitOpen = (seconds: number): Script => ({
  status: 503,
  headers: { 'retry-after': String(seconds) },
  body: { type: 'urn:msctl:problem:circuit-open', title: 'Circuit open', status: 503, service: 'users' },
})

/** A client whose answers are scripted, and which always waits half of what it may. */
function scripted(scripts: Script[], options: ClientOptions = {}) {
  const { dispatcher, sent } = createScripted(scripts)
  const retries: RetryEvent[] = []
  const hooks = { onRetry: (event: RetryEvent) => void retries.push(event) }
  return { ms: createClient({ dispatcher, random: () => 0.5, hooks, ...options }), sent, retries }
}

/** Lets a call run to its end on the fake clock: what came of it, and how long that took. */
async function outcomeOf<T>(call: Promise<T>): Promise<{ value?: T; error?: unknown; tookMs: number }> {
  const start = performance.now()
  const outcome = call.then(
    (value) => ({ value, tookMs: performance.now() - start }),
    (error: unknown) => ({ error, tookMs: performance.now() - start }),
  )
  await vi.runAllTimersAsync()
  return outcome
}

describe('what is retried', () => {
  test.each<[string, Script]>([
    ['429', { status: 429 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a refused connection', { fail: 'ECONNREFUSED' }],
    ['a lost connection', { fail: 'ECONNRESET' }],
    ['a lost connection, as undici puts it', { fail: 'UND_ERR_SOCKET' }],
  ])('%s', async (_name, failure) => {
    const { ms, sent } = scripted([failure, failure, found])
    const { value, tookMs } = await outcomeOf(ms.users.get(1))
    expect(value).toEqual(ann)
    expect(sent).toHaveLength(3)
    expect(tookMs).toBe(125 + 250)
  })

  test.each([true, false])(
    'a 429 once its time has come, where the deadline allows: %s',
    async (isAllowed) => {
      const limited: Script = { status: 429, headers: { 'retry-after': '20' } }
      const { ms, sent } = scripted([limited, { status: 201, body: ann }], {
        timeoutMs: isAllowed ? 30_000 : 10_000,
      })
      const { value, error, tookMs } = await outcomeOf(
        ms.users.create({ name: 'Ann', email: 'a@example.com' }),
      )
      if (isAllowed) expect([value, sent.length, tookMs]).toEqual([ann, 2, 20_125])
      else
        expect([isRateLimitError(error) && error.retryAfterMs, sent.length, tookMs]).toEqual([20_000, 1, 0])
    },
  )

  test.each<[string, Script]>([
    ['400', { status: 400 }],
    ['404', { status: 404 }],
    ['409', { status: 409 }],
    ['422', { status: 422 }],
    ['500', { status: 500 }],
    ['501', { status: 501 }],
    ['a certificate that does not fit', { fail: 'CERT_HAS_EXPIRED' }],
  ])('not %s', async (_name, failure) => {
    const { ms, sent } = scripted([failure, found])
    const { error, tookMs } = await outcomeOf(ms.users.get(1))
    expect(isApiError(error) || isConnectionError(error)).toBe(true)
    expect(sent).toHaveLength(1)
    expect(tookMs).toBe(0)
  })

  test('as often as it may be, and the last failure is the one that is raised', async () => {
    const { ms, sent } = scripted([{ status: 502 }, { status: 504 }, { status: 503 }])
    const { error } = await outcomeOf(ms.users.get(1))
    expect(error).toMatchObject({ status: 503, attempts: 3 })
    expect((error as Error).message).toMatch(/answered 503.*3 attempts/)
    expect(sent).toHaveLength(3)
  })

  test('nothing, with no retries', async () => {
    const { ms, sent } = scripted([{ status: 503 }, found])
    await outcomeOf(ms.users.get(1, { maxRetries: 0 }))
    expect(sent).toHaveLength(1)
  })

  test('an attempt that hangs is given up and made again', async () => {
    const { ms, sent } = scripted(['hang', found])
    const { value, tookMs } = await outcomeOf(ms.users.get(1, { attemptTimeoutMs: 700 }))
    expect(value).toEqual(ann)
    expect(sent).toHaveLength(2)
    expect(tookMs).toBe(700 + 125)
  })

  test('every method, a POST under the same idempotency key and request id each time', async () => {
    for (const call of ['create', 'update', 'delete'] as const) {
      const { ms, sent } = scripted([{ status: 503 }, { status: 503 }, { status: 200, body: ann }])
      const name = { name: 'Ann', email: 'ann@example.com' }
      const { error } = await outcomeOf<unknown>(
        call === 'create'
          ? ms.users.create(name)
          : call === 'update'
            ? ms.users.update(1, name)
            : ms.users.delete(1),
      )
      expect(error).toBeUndefined()
      expect(sent).toHaveLength(3)
      const headers = sent.map((options) => options.headers as Record<string, string>)
      expect(new Set(headers.map((one) => one['x-request-id'])).size).toBe(1)
      const keys = new Set(headers.map((one) => one['idempotency-key']))
      expect([...keys]).toEqual([call === 'create' ? expect.stringMatching(/^[\da-f-]{36}$/) : undefined])
    }
  })
})

describe('how long is waited', () => {
  test('Retry-After in full, and the jitter on top', async () => {
    const { ms, retries } = scripted([circuitOpen(2), found])
    const { value, tookMs } = await outcomeOf(ms.users.get(1))
    expect(value).toEqual(ann)
    expect(tookMs).toBe(2125)
    expect(retries).toMatchObject([
      { call: 'users.get', attempt: 1, delayMs: 2125, error: { code: 'circuit-open' } },
    ])
  })

  test('not at all where an open circuit asks for more than the deadline leaves', async () => {
    const { ms, sent } = scripted([circuitOpen(30), found])
    const { error, tookMs } = await outcomeOf(ms.users.get(1, { timeoutMs: 10_000 }))
    expect(isCircuitOpenError(error) && [error.service, error.retryAfterMs]).toEqual(['users', 30_000])
    expect(tookMs).toBe(0)
    expect(sent).toHaveLength(1)
  })

  test('never past the deadline, however many retries are left', async () => {
    const { ms } = scripted([{ fail: 'ECONNREFUSED' }])
    const { error, tookMs } = await outcomeOf(ms.users.get(1, { timeoutMs: 3000, maxRetries: 100 }))
    expect(isConnectionError(error)).toBe(true)
    expect(tookMs).toBeLessThan(3000)
    expect(tookMs).toBeGreaterThan(1000)
  })

  test('an attempt that the deadline cuts short says so, and what failed before', async () => {
    const { ms } = scripted([{ status: 502 }, 'hang'])
    const { error, tookMs } = await outcomeOf(ms.users.get(1, { timeoutMs: 1000 }))
    expect(isTimeoutError(error) && error).toMatchObject({
      timeoutMs: 1000,
      attempts: 2,
      cause: { status: 502 },
    })
    expect(tookMs).toBe(1000)
  })

  test('by the client’s own backoff', async () => {
    const { ms } = scripted([{ status: 502 }, { status: 502 }, found], {
      backoff: { baseMs: 1000, capMs: 1500 },
    })
    const { tookMs } = await outcomeOf(ms.users.get(1))
    expect(tookMs).toBe(500 + 750)
  })

  test('until the caller aborts', async () => {
    const { ms, sent } = scripted([circuitOpen(5), found])
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 1000)
    const { error, tookMs } = await outcomeOf(ms.users.get(1, { signal: controller.signal }))
    expect(isAbortError(error) && error.cause).toEqual(new Error('enough'))
    expect(tookMs).toBe(1000)
    expect(sent).toHaveLength(1)
  })

  test('and is told with the result', async () => {
    const { ms } = scripted([{ status: 503 }, found])
    const { value } = await outcomeOf(ms.users.get(1).withResponse())
    expect(value).toMatchObject({ attempts: 2, timings: { waitedMs: 125, totalMs: 125 } })
  })
})

describe('a DELETE', () => {
  test('that finds nothing after an attempt whose answer was lost, has done what was asked', async () => {
    for (const lost of [
      { fail: 'ECONNRESET' },
      { status: 504 },
      { status: 502 },
      'hang',
    ] satisfies Script[]) {
      const { ms } = scripted([lost, { status: 404 }])
      const { error } = await outcomeOf(ms.users.delete(1))
      expect(error).toBeUndefined()
    }
  })

  test('that finds nothing after an attempt which never got there, finds nothing', async () => {
    for (const unsent of [{ fail: 'ECONNREFUSED' }, circuitOpen(1)] satisfies Script[]) {
      const { ms } = scripted([unsent, { status: 404 }])
      const { error } = await outcomeOf(ms.users.delete(1))
      expect(isNotFoundError(error)).toBe(true)
    }
  })

  test('that finds nothing at once, finds nothing', async () => {
    const { ms } = scripted([{ status: 404 }])
    const { error } = await outcomeOf(ms.users.delete(1))
    expect(isNotFoundError(error)).toBe(true)
  })
})
