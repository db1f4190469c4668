import { getEventListeners } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Dispatcher, MockAgent } from 'undici'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createClient,
  isAbortError,
  isConnectionError,
  isTimeoutError,
  type RequestEvent,
  type ResponseEvent,
} from './index.ts'
import { createScripted } from './testing/scripted.ts'
import { ann, answer, serve } from './testing/server.ts'
import { VERSION } from './version.ts'

const newUser = { email: 'ann@example.com', name: 'Ann' }

describe('a request', () => {
  test('carries JSON, an idempotency key, a request id and who sends it', async () => {
    const { url, received } = await serve((_, response) => answer(response, 201, ann))
    await using ms = createClient({ baseUrl: url })
    await ms.users.create(newUser)
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/users',
        body: JSON.stringify(newUser),
        headers: {
          accept: 'application/json, */*;q=0.5',
          'content-type': 'application/json',
          'idempotency-key': expect.stringMatching(/^[\da-f-]{36}$/),
          'x-request-id': expect.stringMatching(/^[\da-f]{12}-1$/),
          'user-agent': `msctl-sdk/${VERSION} node/${process.versions.node}`,
        },
      },
    ])
  })

  test('carries the key that the client was given, unless a call names another', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, ann))
    await using ms = createClient({ baseUrl: url, apiKey: 'first-key' })
    await ms.users.get(1)
    await ms.users.get(1, { headers: { Authorization: 'Bearer another' } })
    await using without = createClient({ baseUrl: url })
    await without.users.get(1)
    expect(received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first-key',
      'Bearer another',
      undefined,
    ])
  })

  test('goes where each call says', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, []))
    await using ms = createClient({ baseUrl: url, validate: 'off' })
    await ms.users.get(1)
    await ms.users.update(1, { name: 'Anna' })
    await ms.users.delete(1)
    await ms.users.details(1)
    await ms.users.list({ limit: 5, after: 7 })
    await ms.orders.create({ userId: 1, product: 'Lamp' })
    await ms.orders.list({ userId: 1, limit: 5 })
    await ms.orders.get(2)
    await ms.orders.update(2, { quantity: 3 })
    await ms.orders.delete(2)
    await ms.payments.create({ order_id: 2, amount: 9.99 })
    await ms.payments.list({ order_id: 2, pageSize: 10 })
    await ms.payments.get(3)
    await ms.payments.update(3, { status: 'completed' })
    await ms.payments.delete(3)
    await ms.gateway.health()
    await ms.gateway.status()
    await ms.gateway.ready()
    await ms.gateway.metrics()
    expect(received.map(({ method, url: to, body }) => [method, to, body].join(' ').trim())).toEqual([
      'GET /users/1',
      'PUT /users/1 {"name":"Anna"}',
      'DELETE /users/1',
      'GET /users/1/details',
      'GET /users?limit=5&after=7',
      'POST /orders {"userId":1,"product":"Lamp"}',
      'GET /orders?userId=1&limit=5',
      'GET /orders/2',
      'PUT /orders/2 {"quantity":3}',
      'DELETE /orders/2',
      'POST /payments {"order_id":2,"amount":9.99}',
      'GET /payments?order_id=2&limit=10',
      'GET /payments/3',
      'PUT /payments/3 {"status":"completed"}',
      'DELETE /payments/3',
      'GET /health',
      'GET /status',
      'GET /ready',
      'GET /metrics',
    ])
  })

  test('takes its headers from the call before the client, whatever their case', async () => {
    const { url, received } = await serve((_, response) => answer(response, 201, ann))
    await using ms = createClient({ baseUrl: url, headers: { 'X-Course': 'one', 'X-Team': 'red' } })
    await ms.users.create(newUser, {
      headers: { 'x-course': 'two', 'X-Request-Id': 'mine-1' },
      idempotencyKey: 'key-1',
    })
    expect(received[0]?.headers).toMatchObject({
      'x-course': 'two',
      'x-team': 'red',
      'x-request-id': 'mine-1',
      'idempotency-key': 'key-1',
    })
  })

  test('passes a traceparent on where the caller has one', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, ann))
    const span = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    let current: string | undefined
    await using ms = createClient({ baseUrl: url, traceparent: () => current })
    await ms.users.get(1)
    current = span
    await ms.users.get(1)
    await ms.users.get(1, { headers: { traceparent: span.replace('01', '00') } })
    expect(received.map(({ headers }) => headers.traceparent)).toEqual([
      undefined,
      span,
      span.replace('01', '00'),
    ])
  })

  test('stands below the path of the base URL', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, ann))
    for (const baseUrl of [`${url}/api/v1`, `${url}/api/v1/`, new URL('/api/v1/', url)]) {
      await using ms = createClient({ baseUrl })
      await ms.users.get(1)
    }
    expect(received.map((request) => request.url)).toEqual(Array(3).fill('/api/v1/users/1'))
  })

  test('goes through a unix socket', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'msctl-sdk-socket-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const socketPath = path.join(dir, 'gateway.sock')
    await serve((_, response) => answer(response, 200, ann), socketPath)
    await using ms = createClient({ socketPath })
    expect(await ms.users.get(1)).toEqual(ann)
  })

  test('goes through the caller’s own dispatcher, which stays open', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    const user = agent.get('http://gateway.test').intercept({ path: '/users/1', method: 'GET' })
    user.reply(200, JSON.stringify(ann)).times(2)
    for (const _ of [1, 2]) {
      await using ms = createClient({ baseUrl: 'http://gateway.test', dispatcher: agent })
      expect(await ms.users.get(1)).toEqual(ann)
    }
    agent.assertNoPendingInterceptors()
    await agent.close()
  })

  test('with a header that cannot be sent is a mistake of the caller’s', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, ann))
    await using ms = createClient({ baseUrl: url })
    await expect(ms.users.get(1, { headers: { 'x-name': 'a\nb' } })).rejects.toThrow(TypeError)
    expect(received).toEqual([])
  })
})

describe('options that cannot be meant', () => {
  test.each([
    'localhost:8000',
    'ftp://localhost',
    '',
    'http://',
    'http://localhost?x=1',
    'http://localhost#x',
  ])('the base URL %j', (baseUrl) => {
    expect(() => createClient({ baseUrl })).toThrow(TypeError)
  })

  test('credentials in the base URL, which the message does not repeat', () => {
    expect(() => createClient({ baseUrl: 'http://ann:secret@localhost' })).toThrow(
      /^(?!.*secret).*credentials/,
    )
  })

  test('no room for any request, or a socket that nobody connects to', () => {
    expect(() => createClient({ maxConcurrency: 0 })).toThrow('maxConcurrency must be at least 1, got 0')
    const { dispatcher } = createScripted([])
    expect(() => createClient({ dispatcher, socketPath: '/run/gateway.sock' })).toThrow(TypeError)
  })

  test('a dispatcher that does not know how to dispatch this', async () => {
    const dispatcher = {
      dispatch(): boolean {
        throw new Error('invalid onConnect method')
      },
    }
    await using ms = createClient({ dispatcher })
    const { signal } = new AbortController()
    await expect(ms.users.get(1, { signal })).rejects.toThrow(
      'The request cannot be sent: invalid onConnect method',
    )
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('an option that it does not know', async () => {
    const options = { baseUrl: 'http://localhost:1', timeout: 3 }
    expect(() => createClient(options)).toThrow(
      /^createClient has no option "timeout"; its options are baseUrl, apiKey, timeoutMs, /,
    )
    const backoff: object = { base: 1 }
    expect(() => createClient({ backoff })).toThrow('backoff has no option "base"')
    await using ms = createClient()
    const typo: object = { retries: 1 }
    await expect(ms.users.get(1, typo)).rejects.toThrow(/^users\.get has no option "retries"; .*maxRetries/)
    const ofUser: object = { userid: 1 }
    await expect(ms.orders.list(ofUser)).rejects.toThrow(/^orders\.list has no option "userid"; .* userId, /)
    await expect(ms.gateway.watch(typo).next()).rejects.toThrow('gateway.watch has no option "retries"')
    await expect(ms.waitFor('users', 'OPEN', typo)).rejects.toThrow('waitFor has no option "retries"')
  })

  test('a time limit that is no number, or below 0', async () => {
    expect(() => createClient({ timeoutMs: Number.NaN })).toThrow(
      'timeoutMs must be a number of milliseconds',
    )
    await using ms = createClient()
    await expect(ms.users.get(1, { timeoutMs: -1 })).rejects.toThrow(TypeError)
    await expect(ms.users.get(1, { attemptTimeoutMs: Number('x') })).rejects.toThrow('attemptTimeoutMs')
    await expect(ms.waitFor('users', 'OPEN', { timeoutMs: Number.NaN })).rejects.toThrow('timeoutMs')
    await expect(ms.gateway.watch({ intervalMs: -1 }).next()).rejects.toThrow('intervalMs')
  })

  test('an id that is no number', async () => {
    await using ms = createClient()
    await expect(ms.users.delete(undefined as unknown as number)).rejects.toThrow(
      'users.delete: the id must be a number, got undefined',
    )
  })
})

describe('with the response', () => {
  test('come status, headers, request id, attempts, timings and the cache’s part', async () => {
    const { url } = await serve((_, response) =>
      answer(response, 200, ann, { 'x-cache': 'HIT', 'x-request-id': 'abc-1' }),
    )
    await using ms = createClient({ baseUrl: url })
    const { data, response, requestId, attempts, timings, cache } = await ms.users.get(1).withResponse()
    expect(data).toEqual(ann)
    expect(response).toMatchObject({ status: 200, headers: { 'x-cache': 'HIT' } })
    expect({ requestId, attempts, cache }).toEqual({ requestId: 'abc-1', attempts: 1, cache: 'HIT' })
    expect(timings.waitedMs).toBe(0)
    expect(timings.firstByteMs).toBeGreaterThan(0)
    expect(timings.attemptMs).toBeGreaterThanOrEqual(timings.firstByteMs)
    expect(timings.totalMs).toBeGreaterThanOrEqual(timings.attemptMs)
  })

  test.each([
    ['HIT', 'HIT'],
    ['MISS', 'MISS'],
    ['BYPASS', 'BYPASS'],
    ['odd', undefined],
  ])('X-Cache: %s is %s', async (header, cache) => {
    const { url } = await serve((_, response) => answer(response, 200, ann, { 'x-cache': header }))
    await using ms = createClient({ baseUrl: url })
    expect((await ms.users.get(1).withResponse()).cache).toBe(cache)
  })

  test('a failure is raised once, and is nobody’s unhandled rejection', async () => {
    const { url } = await serve((_, response) => answer(response, 404, {}))
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    onTestFinished(() => void process.off('unhandledRejection', listen))
    await using ms = createClient({ baseUrl: url })
    await expect(ms.users.get(1).withResponse()).rejects.toMatchObject({ status: 404 })
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })

  test('the promise is a promise like any other', async () => {
    const { url } = await serve((_, response) => answer(response, 200, ann))
    await using ms = createClient({ baseUrl: url })
    const promise = ms.users.get(1)
    expect(promise).toBeInstanceOf(Promise)
    expect(await Promise.all([promise, promise.then(({ name }) => name)])).toEqual([ann, 'Ann'])
    expect((await promise.withResponse()).data).toBe(await promise)
  })
})

describe('hooks and logger', () => {
  test('tell of each attempt, in order; what a hook adds to the headers is sent', async () => {
    const { url, received } = await serve((_, response) =>
      received.length === 1 ? answer(response, 503, {}) : answer(response, 200, ann),
    )
    const events: [string, object][] = []
    await using ms = createClient({
      baseUrl: url,
      backoff: { baseMs: 1 },
      hooks: {
        async onRequest(event: RequestEvent) {
          await Promise.resolve()
          event.headers.authorization = `Bearer ${event.attempt}`
          events.push(['request', event])
        },
        onResponse: (event: ResponseEvent) => void events.push(['response', event]),
        onRetry: (event) => void events.push(['retry', event]),
      },
    })
    await ms.users.get(1)
    expect(events.map(([name]) => name)).toEqual(['request', 'response', 'retry', 'request', 'response'])
    const facts = { call: 'users.get', method: 'GET', url: `${url}/users/1`, requestId: expect.any(String) }
    expect(events.map(([, event]) => event)).toMatchObject([
      { ...facts, attempt: 1 },
      { ...facts, attempt: 1, status: 503, durationMs: expect.any(Number) },
      { ...facts, attempt: 1, error: { status: 503 }, delayMs: expect.any(Number) },
      { ...facts, attempt: 2 },
      { ...facts, attempt: 2, status: 200 },
    ])
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
  })

  test('a hook that throws ends the call, and gives its place back', async () => {
    const { url } = await serve((_, response) => answer(response, 200, ann))
    let fails = true
    await using ms = createClient({
      baseUrl: url,
      maxConcurrency: 1,
      hooks: {
        onRequest() {
          if (fails) throw new Error('no token')
        },
      },
    })
    await expect(ms.users.get(1)).rejects.toThrow('no token')
    fails = false
    expect(await ms.users.get(1)).toEqual(ann)
  })

  test('the logger gets requests and retries, and no headers', async () => {
    const { url, received } = await serve((_, response) =>
      received.length === 1 ? response.destroy() : answer(response, 200, ann),
    )
    const lines: [string, object, string][] = []
    const logger = {
      debug: (fields: object, message: string) => void lines.push(['debug', fields, message]),
      warn: (fields: object, message: string) => void lines.push(['warn', fields, message]),
    }
    await using ms = createClient({
      baseUrl: url,
      logger,
      backoff: { baseMs: 1 },
      headers: { authorization: 'secret' },
    })
    await ms.users.get(1)
    expect(lines.map(([level, , message]) => `${level} ${message}`)).toEqual([
      `debug GET ${url}/users/1 lost`,
      expect.stringMatching(/^warn Trying again in [01] ms: GET .* got no answer: other side closed/),
      `debug GET ${url}/users/1 200`,
    ])
    expect(JSON.stringify(lines)).not.toContain('secret')
  })
})

describe('many calls', () => {
  test('at most so many are under way at once, and all are answered', async () => {
    let now = 0
    let most = 0
    const { url } = await serve((_, response) => {
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        answer(response, 200, ann)
      }, 2)
    })
    await using ms = createClient({ baseUrl: url, maxConcurrency: 5 })
    const users = await Promise.all(Array.from({ length: 60 }, () => ms.users.get(1)))
    expect(users).toHaveLength(60)
    expect(most).toBe(5)
  })

  test('a signal that many calls share collects no listeners', async () => {
    const { url } = await serve((_, response) => answer(response, 200, ann))
    await using ms = createClient({ baseUrl: url })
    const { signal } = new AbortController()
    for (let index = 0; index < 20; index += 1) await ms.users.get(1, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a signal that more than ten calls share at once has one listener, and ends them all', async () => {
    const underWay: unknown[] = []
    const { url } = await serve((request) => void underWay.push(request))
    await using ms = createClient({ baseUrl: url, maxRetries: 0, maxConcurrency: 20 })
    const controller = new AbortController()
    const { signal } = controller
    const calls = Array.from({ length: 30 }, () => ms.users.get(1, { signal }).catch(isAbortError))
    await expect.poll(() => underWay.length).toBe(20)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort()
    expect(await Promise.all(calls)).toEqual(calls.map(() => true))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('abort', () => {
  test('ends the call at once, and the request with it', async () => {
    let isCut = false
    const { url } = await serve((_, response) => {
      response.once('close', () => {
        isCut = true
      })
      controller.abort(new Error('enough'))
    })
    const controller = new AbortController()
    await using ms = createClient({ baseUrl: url })
    const error = await ms.users.get(1, { signal: controller.signal }).catch((reason: unknown) => reason)
    expect(isAbortError(error) && error).toMatchObject({
      name: 'AbortError',
      code: 'aborted',
      cause: new Error('enough'),
    })
    await expect.poll(() => isCut).toBe(true)
  })

  test('of a request that still waits for its connection sees to it that it is never sent', async () => {
    let handler: Dispatcher.DispatchHandler | undefined
    const dispatcher: Pick<Dispatcher, 'dispatch'> = {
      dispatch(_options, given) {
        handler = given
        return true
      },
    }
    const ms = createClient({ dispatcher })
    const error = await ms.users.create(newUser, { timeoutMs: 20 }).catch((reason: unknown) => reason)
    expect(isTimeoutError(error)).toBe(true)
    const abort = vi.fn()
    handler?.onRequestStart?.({ abort } as unknown as Dispatcher.DispatchController, {})
    expect(abort).toHaveBeenCalledOnce()
  })

  test('before the call sends nothing', async () => {
    const { url, received } = await serve((_, response) => answer(response, 200, ann))
    await using ms = createClient({ baseUrl: url })
    const error = await ms.users.get(1, { signal: AbortSignal.abort() }).catch((reason: unknown) => reason)
    expect(isAbortError(error)).toBe(true)
    expect(received).toEqual([])
  })
})

describe('close', () => {
  test('lets what is under way end, refuses what comes later, and closes the connections', async () => {
    const { url, server } = await serve((_, response) => void setTimeout(answer, 50, response, 200, ann))
    const ms = createClient({ baseUrl: url })
    const early = ms.users.get(1)
    const closed = ms.close()
    const late = await ms.users.get(1).catch((reason: unknown) => reason)
    expect(isConnectionError(late) && late.code).toBe('client-closed')
    expect(await early).toEqual(ann)
    await closed
    const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    await expect.poll(connections).toBe(0)
    await ms.close()
  })

  test('of a client that was never used is no trouble', async () => {
    await createClient().close()
  })
})

test('the version is that of the package', async () => {
  const packageJson = await readFile(path.join(import.meta.dirname, '../package.json'), 'utf8')
  expect(JSON.parse(packageJson).version).toBe(VERSION)
})
