// The quick way and the full one, both as they are built: nobody may be able to tell which of them has answered.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { identify } from '@msctl/platform/process-identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finish, MAIN, type Result } from './testing/msctl.ts'

const QUICK = MAIN
const FULL = path.join(path.dirname(MAIN), 'main.cjs')

const AT = '2026-01-31T12:00:00.123Z'
const ANN = { id: 1, email: 'ann@example.com', name: 'Ann', created_at: AT }
const ORDER = { id: 7, userId: 1, product: 'Laptop', quantity: 2, created_at: AT }
const PAYMENT = { id: 3, order_id: 7, amount: 9.99, status: 'failed', created_at: AT, updated_at: AT }

let folder: string
/** Closes the servers: all at the end, for the tests run side by side. */
const closing: (() => void)[] = []
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-quick-'))
})
afterAll(async () => {
  for (const close of closing) close()
  await rm(folder, { recursive: true, force: true })
})

interface Seen {
  readonly line: string
  readonly headers: IncomingHttpHeaders
}

/** A server, and what it was asked. */
async function serve(answer: (response: ServerResponse, path: string) => void) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    answer(response, request.url ?? '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, seen }
}

/** A server that says this, byte by byte, to whatever it is asked; how many it was asked. */
async function serveBytes(text: string, end: (socket: Socket) => void) {
  const seen: string[] = []
  const server = createNetServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      seen.push(data.toString())
      socket.write(text, () => setTimeout(end, 20, socket))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

interface Setting {
  /** Whether the connection is reset, after something was said. */
  readonly isReset?: boolean
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

function start(program: string, args: readonly string[], { env = {}, cwd = folder }: Setting = {}) {
  const base = {
    PATH: process.env.PATH,
    HOME: folder,
    LANG: 'C.UTF-8',
    MSCTL_HOME: path.join(folder, 'home'),
  }
  return spawn(process.execPath, [program, ...args], { env: { ...base, ...env }, cwd })
}

/** Without what is never the same twice: how long it took, and the id of the request. */
function comparable({ code, out, err }: Result): Result {
  const unify = (text: string) => text.replace(/\d+ (?=m?s\b)/g, '# ').replace(/\b[0-9a-f]{8,13}-1\b/g, '#-1')
  return { code, out: unify(out), err: unify(err) }
}

/** Whoever is busy while something and a reset come gets both at once, and libuv makes an end of such a reset. */
const RESET = /(?<=Why: {3})other side closed/

/** What both ways do with one command line, which has to be the same. */
async function both(line: string, setting?: Setting): Promise<Result> {
  const run = async (program: string) => {
    const result = comparable(await finish(start(program, line.split(' '), setting)))
    return setting?.isReset ? { ...result, err: result.err.replace(RESET, 'read ECONNRESET') } : result
  }
  const quick = await run(QUICK)
  expect(quick).toEqual(await run(FULL))
  return quick
}

const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
}

describe.concurrent('an object', () => {
  test.for([
    ['users get 1', ANN],
    ['users get 1 --json', ANN],
    ['orders get 7', ORDER],
    ['payments get 3 --json', PAYMENT],
    ['payments get 0003', PAYMENT],
    ['users get 1', { ...ANN, name: 'A\u001b[31m\nn', more: { x: [1] } }],
  ] as const)('%s is shown: %j', async ([line, object]) => {
    const { url, seen } = await serve(send(200, object, { 'x-cache': 'HIT' }))
    const { code, out } = await both(`${line} --url ${url}`)
    expect({ code, lines: out.split('\n').length > 3 }).toEqual({ code: 0, lines: true })
    expect(seen).toHaveLength(2)
  })

  test.for([
    ...[{ 'x-cache': 'MISS' }, { 'x-cache': 'BYPASS' }, { 'x-cache': 'hit' }, {}],
    { 'idempotent-replayed': 'true' },
    { 'transfer-encoding': 'chunked' },
    { 'content-type': 'text/plain' },
  ] as readonly Record<string, string>[])('with the headers %j', async (headers) => {
    const { url, seen } = await serve(send(200, ANN, headers))
    expect(await both(`users get 1 --url ${url}`)).toMatchObject({ code: 0 })
    expect(seen).toHaveLength(2)
  })

  test.for([
    { LANG: 'ru_RU.UTF-8' },
    { MSCTL_LANG: 'ru' },
    { MSCTL_LANG: '', LANG: 'ru_RU.UTF-8' },
    { FORCE_COLOR: '1' },
    { FORCE_COLOR: '1', NO_COLOR: '1', COLUMNS: '20' },
  ])('in the surroundings %j', async (env) => {
    const { url } = await serve(send(200, PAYMENT, { 'x-cache': 'MISS' }))
    expect(await both(`payments get 3 --url ${url}`, { env })).toMatchObject({ code: 0 })
  })

  test('is asked for in the same words, behind a path, too', async () => {
    const { url, seen } = await serve(send(200, ANN))
    await both(`users get 1 --url=${url}/a/b//`)
    const [quick, full] = seen.map(({ line, headers: { connection, ...headers } }) => ({
      line,
      headers: { ...headers, 'x-request-id': /^[0-9a-f]{6,13}-1$/.test(String(headers['x-request-id'])) },
    }))
    expect(quick).toEqual(full)
    expect(quick).toMatchObject({ line: 'GET /a/b/users/1', headers: { 'x-request-id': true } })
  })

  test('of any size is shown whole', async () => {
    const { url, seen } = await serve(send(200, { ...ANN, more: 'x'.repeat(3_000_000) }))
    const { out } = await both(`users get 1 --json --url ${url}`)
    expect({ length: out.length > 3_000_000, seen: seen.length }).toEqual({ length: true, seen: 2 })
  })
})

describe.concurrent('another answer', () => {
  const problem = (status: number, name: string, more: object = {}) =>
    [status, { type: `urn:msctl:problem:${name}`, title: name, status, ...more }] as const
  test.for([
    [...problem(404, 'not-found'), {}, 1],
    [404, '<h1>?', { 'content-type': 'text/html' }, 3],
    [...problem(503, 'circuit-open', { service: 'users' }), { 'retry-after': '17' }, 3],
    [...problem(502, 'service-unreachable', { service: 'users' }), {}, 3],
    [...problem(500, 'internal-error'), {}, 1],
    [200, { hello: 'world' }, {}, 3],
    [200, { ...ANN, email: 'ann' }, {}, 3],
    [200, '{"id": 1', {}, 3],
    [200, '', {}, 3],
    [200, { ...ANN, email: "o'neil@example.com" }, { 'x-cache': 'HIT' }, 0],
    [201, ANN, { 'x-cache': 'HIT' }, 0],
    [204, '', {}, 3],
    [302, '', { location: 'http://localhost:1/users/1' }, 1],
  ] as const)('%i %j', async ([status, body, headers, code]) => {
    const { url, seen } = await serve(send(status, body, headers))
    expect(await both(`users get 1 --url ${url}`)).toMatchObject({ code })
    expect(seen).toHaveLength(2)
  })

  test('that leads elsewhere is followed', async () => {
    const { url, seen } = await serve((response, asked) =>
      asked === '/users/1'
        ? send(307, '', { location: '/moved/1' })(response)
        : send(200, ANN, { 'x-cache': 'HIT' })(response),
    )
    expect(await both(`users get 1 --url ${url}`)).toMatchObject({ code: 0 })
    expect(seen.map(({ line }) => line)).toEqual([
      'GET /users/1',
      'GET /moved/1',
      'GET /users/1',
      'GET /moved/1',
    ])
  })

  test('is found in the logs by the id that was sent', async () => {
    const { url, seen } = await serve(send(500, {}))
    const { err } = await finish(start(QUICK, ['users', 'get', '1', '--url', url]))
    expect(err).toContain(`--request-id ${seen[0]?.headers['x-request-id']}`)
  })
})

describe.concurrent('no answer', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  const fin = (socket: Socket) => socket.end()
  const reset = (socket: Socket) => socket.resetAndDestroy()
  test.for([
    ['nothing', '', fin],
    ['a reset', '', reset],
    ['half a body', `${HEAD}content-length: 100\r\n\r\n{"id": 1`, fin],
    ['half a body and a reset', `${HEAD}content-length: 100\r\n\r\n{"id": 1`, reset],
    ['half of the chunks', `${HEAD}transfer-encoding: chunked\r\n\r\n8\r\n{"id": 1\r\n`, fin],
    ['half of the headers', `${HEAD}content-le`, fin],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', fin],
    ['a broken chunk', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`, fin],
    ['too long headers', `${HEAD}x: ${'x'.repeat(20_000)}\r\n\r\n`, fin],
  ] as const)('but %s', async ([, bytes, end]) => {
    const { url, seen } = await serveBytes(bytes, end)
    const isReset = end === reset && bytes !== ''
    expect(await both(`users get 1 --url ${url}`, { isReset })).toMatchObject({ code: 3, out: '' })
    expect(seen).toHaveLength(2)
  })

  test('since nobody listens', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', 'x.invalid']) {
      expect(await both(`users get 1 --url http://${host}:1`)).toMatchObject({ code: 3, out: '' })
    }
  })

  test('within the time that a call may take', async () => {
    const { url, seen } = await serve(() => undefined)
    const ends = [QUICK, FULL].map((program) => finish(start(program, ['users', 'get', '1', '--url', url])))
    const [quick, full] = await Promise.all(ends)
    expect(quick).toEqual(full)
    expect(quick).toMatchObject({ code: 3, out: '', err: expect.stringContaining('10 s') })
    expect(seen).toHaveLength(2)
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('before %s', async ([signal, code]) => {
    const { url, seen } = await serve(() => undefined)
    const child = start(QUICK, ['users', 'get', '1', '--url', url])
    const ended = finish(child)
    await expect.poll(() => seen.length, { interval: 5, timeout: 15_000 }).toBe(1)
    child.kill(signal)
    expect(await ended).toEqual({
      code,
      out: '',
      err: expect.stringMatching(/^Error: Interrupted\.\n.+\n.+\n$/),
    })
    expect(seen).toHaveLength(1)
  })
})

describe.concurrent('where the gateway is', () => {
  const makeFolder = () => mkdtemp(path.join(folder, 'in-'))

  test.for([
    { MSCTL_URL: 'URL' },
    { MSCTL_URL: 'nowhere' },
    { MSCTL_URL: 'URL', MSCTL_PORT: 'x' },
    { MSCTL_URL: 'URL', MSCTL_DRIVER: 'x' },
  ])('says the environment %j', async (given) => {
    const { url, seen } = await serve(send(200, ANN))
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('URL', url)]),
    )
    const isFine = Object.keys(given).length === 1 && given.MSCTL_URL === 'URL'
    expect(await both('users get 1', { env })).toMatchObject({ code: isFine ? 0 : 2 })
    expect(seen).toHaveLength(isFine ? 2 : 0)
  })

  test.for([
    ['{"url": "URL"}', 0],
    ['{"url": "URL/", "lang": "ru"}', 0],
    ['{"url": "URL", "lang": null}', 0],
    ['{"url": "URL", "nonsense": 1}', 2],
    ['{"url": "x"}', 2],
    ['{', 2],
  ] as const)('says the configuration file %j', async ([text, code]) => {
    const cwd = await makeFolder()
    const { url, seen } = await serve(send(200, ANN, { 'x-cache': 'HIT' }))
    await writeFile(path.join(cwd, 'msctl.config.json'), text.replace('URL', url))
    expect(await both('users get 1', { cwd })).toMatchObject({ code })
    expect(seen).toHaveLength(code === 0 ? 2 : 0)
  })

  test('says the state of the platform that runs here', async () => {
    const { port, seen } = await serve(send(200, ANN))
    const home = await makeFolder()
    const own = { port, process: { ...identify(process.pid), startedAt: AT } }
    const parts = { db: own, cache: own, users: own, orders: own, payments: own, gateway: own }
    const state = JSON.stringify({ version: 1, driver: 'local', parts })
    await writeFile(path.join(home, 'local.json'), state)
    expect(await both('users get 1', { env: { MSCTL_HOME: home } })).toMatchObject({ code: 0 })
    expect(seen).toHaveLength(2)
    await writeFile(path.join(home, 'local.json'), state.replace('"version":1', '"version":2'))
    expect(await both('users get 1', { env: { MSCTL_HOME: home } })).toMatchObject({ code: 4 })
    expect(seen).toHaveLength(2)
  })

  test('says Docker, where Compose came last', async () => {
    const home = await makeFolder()
    await mkdir(path.join(home, 'bin'))
    await writeFile(path.join(home, 'driver'), 'compose\n')
    const env = { MSCTL_HOME: home, PATH: path.join(home, 'bin') }
    // There is no telling what answers at the default address of this machine.
    await both('users get 1', { env })
  })
})

test.for(['| true', '| head -n 1', '>&-', '>/dev/full', '2>&-', '2>/dev/full'])(
  'unread: %s',
  async (where) => {
    const { url, seen } = await serve(send(200, { ...ANN, more: 'x'.repeat(200_000) }, { 'x-cache': 'HIT' }))
    const run = async (program: string) => {
      const line = `{ "$0" "$1" users get 1 --url "$2"; echo "code $?" >&3; } 3>&2 ${where}`
      const result = comparable(await finish(spawn('/bin/sh', ['-c', line, process.execPath, program, url])))
      return { ...result, err: result.err.replace(/\n {4}at .*|.*\.cjs:\d+.*|Node\.js v.*/g, '') }
    }
    expect(await run(QUICK)).toEqual(await run(FULL))
    expect(seen).toHaveLength(2)
  },
)
