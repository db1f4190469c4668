import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateUser, Problem, Ready } from '@msctl/sdk/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sendList } from './answers.ts'
import { type App, createApp } from './app.ts'
import { createMetrics } from './metrics.ts'
import { ProblemError } from './problems.ts'
import { recordLog } from './testing/stores.ts'

interface Server {
  origin: string
  port: number
  app: App
  /** What was logged. */
  lines: Record<string, unknown>[]
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Sends bytes, and gives what comes back until the connection closes. */
  exchange(...pieces: (string | Buffer)[]): Promise<string>
}

async function startServer(
  options: { requestTimeoutMs?: number; checks?: Record<string, string> } = {},
): Promise<Server> {
  const { log, lines } = recordLog()
  const { checks = { database: 'ok' }, ...rest } = options
  const app = createApp({
    ...rest,
    log,
    metrics: createMetrics('things'),
    isReady: async () => checks,
    routes: (routes) => {
      routes.get('/things/:id', async (request) => ({ id: (request.params as { id: string }).id }))
      routes.post('/things', { schema: { body: CreateUser } }, async ({ body }, reply) =>
        reply.code(201).send(body),
      )
      routes.put('/things/:id', async () => ({}))
      routes.get('/broken', async () => {
        throw new Error('the password is hunter2')
      })
      routes.get('/slow', async () => {
        await delay(300)
        return 'slow'
      })
      routes.get('/list', (_request, reply) => {
        async function* rows() {
          yield '[1'
          await delay(50)
          throw new ProblemError('unavailable', 'The database is gone.', { cause: new Error('terminated') })
        }
        sendList(reply, Readable.from(rows(), { objectMode: false }))
      })
      routes.get('/begun', (_request, reply) => {
        reply.hijack()
        reply.raw.write('begun')
        setTimeout(() => reply.raw.end('ended'), 300)
      })
    },
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  const { port } = app.server.address() as AddressInfo
  return {
    origin,
    port,
    app,
    lines,
    fetch: (path, init) => fetch(origin + path, init),
    exchange: (...pieces) => exchange(port, pieces),
  }
}

async function exchange(port: number, pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  for (const piece of pieces) socket.write(piece)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

/** Takes an answer apart that came as bytes. */
function parse(raw: string): { status: number; headers: Record<string, string>; problem: Problem } {
  const [head = '', body = ''] = raw.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, problem: Problem.parse(JSON.parse(body)) }
}

async function expectProblem(response: Response, status: number, name: string): Promise<Problem> {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  const problem = Problem.parse(await response.json())
  expect(problem).toMatchObject({ type: `urn:msctl:problem:${name}`, status })
  return problem
}

const post = (
  body: NonNullable<RequestInit['body']>,
  contentType: string | undefined = 'application/json',
  headers = {},
): RequestInit => ({
  method: 'POST',
  body,
  headers: { ...headers, ...(contentType && { 'content-type': contentType }) },
})

const VALID = '{"email":"ann@example.com","name":"Ann"}'

describe('a body', () => {
  test('in JSON is taken', async () => {
    const server = await startServer()
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
      expect((await server.fetch('/things', post(VALID, type))).status).toBe(201)
    }
  })

  test.each([
    ['that ends too early', '{"email":'],
    ['that is empty', ''],
    ['with a comma too many', '{"email":"ann@example.com","name":"Ann",}'],
    ['that is not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['with a lone surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('%s is a 400', async (_, body) => {
    const server = await startServer()
    await expectProblem(await server.fetch('/things', post(body)), 400, 'malformed-request')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'what?', ''])(
    'of the type "%s" is a 415',
    async (type) => {
      const server = await startServer()
      const body = new Blob([VALID])
      await expectProblem(await server.fetch('/things', post(body, type)), 415, 'unsupported-media-type')
    },
  )

  test('that is compressed is a 415', async () => {
    const server = await startServer()
    const response = await server.fetch(
      '/things',
      post(VALID, 'application/json', { 'content-encoding': 'gzip' }),
    )
    await expectProblem(response, 415, 'unsupported-media-type')
  })

  test('of 64 KiB is taken, and one byte more is a 413, however it is sent', async () => {
    const server = await startServer()
    const bodyOf = (size: number) => `${VALID.replace('}', ',"x":"') + 'x'.repeat(size - VALID.length - 7)}"}`
    expect(bodyOf(64 * 1024)).toHaveLength(64 * 1024)
    expect((await server.fetch('/things', post(bodyOf(64 * 1024)))).status).toBe(201)
    await expectProblem(await server.fetch('/things', post(bodyOf(64 * 1024 + 1))), 413, 'content-too-large')
    const stream = new Blob([bodyOf(64 * 1024 + 1)]).stream()
    const init = { ...post(stream), duplex: 'half' } as RequestInit
    await expectProblem(await server.fetch('/things', init), 413, 'content-too-large')
  })

  test('that is far too large is a 413 that its sender gets to see, though it is still sending', async () => {
    const server = await startServer()
    for (let i = 0; i < 5; i++) {
      const response = await server.fetch('/things', post('x'.repeat(8 * 1024 * 1024)))
      await expectProblem(response, 413, 'content-too-large')
    }
  })

  test('that does not fit is a 422 that names each field', async () => {
    const server = await startServer()
    const problem = await expectProblem(
      await server.fetch('/things', post('{"email":"nobody","name":""}')),
      422,
      'unprocessable-content',
    )
    expect(problem.errors?.map(({ path }) => path)).toEqual(['email', 'name'])
    for (const body of ['[]', 'null', '"x"', '{}']) {
      await expectProblem(await server.fetch('/things', post(body)), 422, 'unprocessable-content')
    }
  })

  test('with __proto__ or constructor in it changes nothing', async () => {
    const server = await startServer()
    const body =
      '{"email":"ann@example.com","name":"Ann","__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}'
    expect((await server.fetch('/things', post(body))).status).toBe(201)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('whose sender hangs up is nothing that the log calls an error', async () => {
    const server = await startServer()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await delay(50)
    socket.destroy()
    await expect.poll(() => server.lines.length).toBe(1)
    expect(server.lines[0]).toMatchObject({ level: 30, status: 499 })
  })
})

describe('a path', () => {
  test('that nothing is at is a 404, with any method and any body', async () => {
    const server = await startServer()
    await expectProblem(await server.fetch('/nothing'), 404, 'not-found')
    await expectProblem(await server.fetch('/nothing', post('{', 'text/plain')), 404, 'not-found')
    await expectProblem(await server.fetch('/things/1/2', { method: 'DELETE' }), 404, 'not-found')
  })

  test('that is no valid URL is a 400', async () => {
    const server = await startServer()
    const response = await server.fetch('/things/%zz')
    expect(response.headers.get('x-request-id')).toBeTruthy()
    await expectProblem(response, 400, 'malformed-request')
    await expect.poll(() => server.lines.length).toBe(1)
    expect(server.lines[0]).toMatchObject({ path: '/things/%zz', status: 400 })
  })

  test('with an id as long as a request can hold gets to its route, which judges it', async () => {
    const server = await startServer()
    for (const length of [101, 10_000])
      expect((await server.fetch(`/things/${'a'.repeat(length)}`)).status).toBe(200)
  })

  test.each([
    ['/things', 'GET', 'POST'],
    ['/things', 'DELETE', 'POST'],
    ['/things/1', 'POST', 'GET, HEAD, PUT'],
    ['/things/1', 'PATCH', 'GET, HEAD, PUT'],
    ['/things/1', 'PROPFIND', 'GET, HEAD, PUT'],
    ['/ready', 'POST', 'GET, HEAD'],
    ['/metrics', 'OPTIONS', 'GET, HEAD'],
  ])('%s that does not know %s is a 405 that allows %s', async (path, method, allow) => {
    const server = await startServer()
    const response = await server.fetch(path, { method })
    expect(response.headers.get('allow')).toBe(allow)
    await expectProblem(response, 405, 'method-not-allowed')
  })

  test('with a wrong method is a 405 before its body is looked at', async () => {
    const server = await startServer()
    const response = await server.fetch('/things/1', post('{', 'text/plain'))
    await expectProblem(response, 405, 'method-not-allowed')
  })
})

describe('what is no readable HTTP', () => {
  test.each<[string, string, number, string]>([
    ['gibberish', 'hello there\r\n\r\n', 400, 'malformed-request'],
    ['an unknown method', 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed-request'],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n', 400, 'malformed-request'],
    [
      'two lengths',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'a length and chunks',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'malformed-request',
    ],
    ['no Host', 'GET /things/1 HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'malformed-request'],
    [
      'too many headers',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'header-fields-too-large',
    ],
    [
      'too long a path',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'header-fields-too-large',
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method-not-allowed'],
  ])('%s is a problem all the same', async (_, bytes, expected, name) => {
    const server = await startServer()
    const { status, headers, problem } = parse(await server.exchange(bytes))
    expect(status).toBe(expected)
    expect(headers['content-type']).toContain('application/problem+json')
    expect(headers.connection).toBe('close')
    expect(problem).toMatchObject({ type: `urn:msctl:problem:${name}`, status: expected })
  })

  test('HTTP/1.0 needs no Host', async () => {
    const server = await startServer()
    expect(await server.exchange('GET /things/1 HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
  })

  test('an expectation that nobody knows is passed over, and 100-continue is met', async () => {
    const server = await startServer()
    const bytes = (expectation: string) =>
      `GET /things/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: ${expectation}\r\n\r\n`
    expect(await server.exchange(bytes('miracles'))).toMatch(/^HTTP\/1.1 200 /)
    expect(await server.exchange(bytes('100-continue'))).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /,
    )
  })

  test.each([
    ['its head', 'GET /things/1 HTTP/1.1\r\nHo'],
    [
      'its body',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
  ])('a request that never ends %s is a 408', async (_, bytes) => {
    const server = await startServer({ requestTimeoutMs: 200 })
    const { status, problem } = parse(await server.exchange(bytes))
    expect(status).toBe(408)
    expect(problem.type).toBe('urn:msctl:problem:request-timeout')
  })

  test('is not mixed into an answer that has begun', async () => {
    const server = await startServer()
    const socket = connect(server.port, '127.0.0.1')
    let raw = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      raw += chunk
      socket.write('gibberish\r\n\r\n')
    })
    socket.write('GET /begun HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    expect(raw).toContain('begun')
    expect(raw).not.toContain('ended')
    expect(raw).not.toContain('problem')
  })
})

describe('an error that nobody foresaw', () => {
  test('is a 500 that gives nothing away, and the log says what it was', async () => {
    const server = await startServer()
    const response = await server.fetch('/broken', { headers: { 'x-request-id': 'mine' } })
    const problem = await expectProblem(response, 500, 'internal-error')
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|app\.test|node_modules/)
    const line = server.lines.find(({ level }) => level === 50)
    expect(line).toMatchObject({ requestId: 'mine', err: { message: 'the password is hunter2' } })
  })
})

describe('every request', () => {
  test('has one line in the log, with its ids', async () => {
    const server = await startServer()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await server.fetch('/things/1?a=b', { headers: { 'x-request-id': 'mine', traceparent } })
    await expect.poll(() => server.lines.length).toBe(1)
    expect(server.lines[0]).toMatchObject({
      level: 30,
      requestId: 'mine',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      method: 'GET',
      path: '/things/1?a=b',
      status: 200,
      durationMs: expect.any(Number),
      msg: 'GET /things/1?a=b 200',
    })
  })

  test('has an id in its answer, also one that fails', async () => {
    const server = await startServer()
    for (const path of ['/things/1', '/nothing', '/things', '/broken']) {
      const given = await server.fetch(path, { headers: { 'x-request-id': 'mine:1' } })
      expect([path, given.headers.get('x-request-id')]).toEqual([path, 'mine:1'])
      const made = await server.fetch(path, { headers: { 'x-request-id': 'not well-formed' } })
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('is logged as 499 when its caller hung up', async () => {
    const server = await startServer()
    const outgoing = httpRequest(`${server.origin}/slow`).on('error', () => undefined)
    outgoing.end()
    await delay(100)
    outgoing.destroy()
    await expect.poll(() => server.lines.length).toBe(1)
    expect(server.lines[0]).toMatchObject({ status: 499 })
  })

  test('whose answer cannot be completed is logged and counted as the failure that it is, with its cause', async () => {
    const server = await startServer()
    await expect(server.fetch('/list').then((response) => response.text())).rejects.toThrow()
    await expect.poll(() => server.lines.length).toBe(2)
    const [failure, access] = server.lines
    expect(failure).toMatchObject({ level: 40, msg: 'The database is gone.', err: { message: 'terminated' } })
    expect(access).toMatchObject({ status: 503, msg: 'GET /list 503', requestId: failure?.requestId })
    expect(await (await server.fetch('/metrics')).text()).toMatch(/route="\/list",status="503"/)
  })

  test('is counted by its route, not by its path', async () => {
    const server = await startServer()
    for (const path of ['/things/1', '/things/2', '/nothing', '/nowhere']) await server.fetch(path)
    const text = await (await server.fetch('/metrics')).text()
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/things\/:id"[^}]*\} 2/)
    expect(text).toMatch(
      /http_request_duration_seconds_count\{[^}]*route="unknown"[^}]*status="404"[^}]*\} 2/,
    )
    expect(text).not.toContain('/nowhere')
  })

  test('is not logged when it only looks after the process', async () => {
    const server = await startServer()
    await server.fetch('/ready')
    await server.fetch('/metrics')
    await server.fetch('/things/1')
    await expect.poll(() => server.lines.length).toBeGreaterThan(0)
    expect(server.lines.map(({ path }) => path)).toEqual(['/things/1'])
  })
})

test('/ready is 200 while all is well, else 503, and says what is not', async () => {
  const well = await (await startServer()).fetch('/ready')
  expect(well.status).toBe(200)
  expect(Ready.parse(await well.json())).toEqual({ status: 'ready', checks: { database: 'ok' } })
  const unwell = await (await startServer({ checks: { database: 'ok', cache: 'gone' } })).fetch('/ready')
  expect(unwell.status).toBe(503)
  expect(Ready.parse(await unwell.json())).toEqual({
    status: 'not ready',
    checks: { database: 'ok', cache: 'gone' },
  })
})
