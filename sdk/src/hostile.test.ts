import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  type CallOptions,
  type ClientOptions,
  createClient,
  isApiError,
  isConnectionError,
  isContractError,
  isTimeoutError,
  type User,
} from './index.ts'
import { listenAndFreeze } from './testing/frozen.ts'
import { ann, answer, answerProblem, serve, serveSockets } from './testing/server.ts'

/** What a read of a user gives, and how long it took. */
async function getUser(url: string, options: CallOptions = {}, clientOptions: ClientOptions = {}) {
  await using ms = createClient({ baseUrl: url, backoff: { baseMs: 1 }, ...clientOptions })
  const start = performance.now()
  const outcome = await ms.users.get(1, options).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  )
  return { ...outcome, tookMs: performance.now() - start }
}

/** Reads a request off a bare socket, then calls. */
const onRequest = (socket: Socket, respond: () => void) => void socket.once('data', respond)

test('503 with Retry-After is waited for, and then answered', async () => {
  const { url, received } = await serve((_, response) =>
    received.length === 1
      ? answerProblem(response, 503, 'unavailable', {}, { 'retry-after': '1' })
      : answer(response, 200, ann),
  )
  const { value, tookMs } = await getUser(url)
  expect(value).toEqual(ann)
  expect(tookMs).toBeGreaterThanOrEqual(1000)
})

test('a server that hangs is left at the deadline', async () => {
  const url = await serveSockets(() => undefined)
  const { error, tookMs } = await getUser(url, { timeoutMs: 200 })
  expect(isTimeoutError(error) && error.timeoutMs).toBe(200)
  expect(tookMs).toBeGreaterThanOrEqual(199)
})

test('a server that hangs in the middle of the body is left at the deadline', async () => {
  const url = await serveSockets((socket) =>
    onRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')),
  )
  const { error } = await getUser(url, { timeoutMs: 200 })
  expect(isTimeoutError(error) && error.timeoutMs).toBe(200)
})

test('a server that drips its body without end is left at the deadline', async () => {
  const url = await serveSockets((socket) =>
    onRequest(socket, () => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const timer = setInterval(() => socket.write('1\r\n \r\n'), 20)
      socket.once('close', () => clearInterval(timer))
    }),
  )
  const { error } = await getUser(url, { timeoutMs: 200 })
  expect(isTimeoutError(error) && error.timeoutMs).toBe(200)
})

test.each<[string, string]>([
  ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":'],
  ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"id":\r\n'],
  ['before the headers', ''],
])('a connection reset in the middle of the body, %s, is retried, then raised', async (_name, start) => {
  let connections = 0
  const url = await serveSockets((socket) => {
    connections += 1
    onRequest(socket, () => socket.write(start, () => socket.resetAndDestroy()))
  })
  const { error } = await getUser(url)
  expect(isConnectionError(error) && error).toMatchObject({ code: 'connection-failed', attempts: 3 })
  expect(connections).toBe(3)
})

test('a connection reset once costs the caller nothing', async () => {
  let connections = 0
  const body = JSON.stringify(ann)
  const url = await serveSockets((socket) => {
    connections += 1
    const isFirst = connections === 1
    onRequest(socket, () => {
      if (isFirst) socket.resetAndDestroy()
      else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    })
  })
  expect((await getUser(url)).value).toEqual(ann)
})

test('a server that speaks no HTTP is no use trying again', async () => {
  let connections = 0
  const url = await serveSockets((socket) => {
    connections += 1
    onRequest(socket, () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
  })
  const { error } = await getUser(url)
  expect(isConnectionError(error) && error.causeCode).toBe('HTTPParserError')
  expect(connections).toBe(1)
})

test('broken JSON breaks the contract, and the error shows what came', async () => {
  const { url, received } = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"id": 1, "email": ')
  })
  const { error } = await getUser(url)
  expect(isContractError(error) && error).toMatchObject({
    code: 'bad-json',
    body: '{"id": 1, "email": ',
    cause: expect.any(SyntaxError),
    response: { status: 200 },
  })
  expect((error as Error).message).toContain(
    'answered 200, but broke the contract: expected JSON, got application/json that begins "{\\"id\\": 1, \\"email\\": "',
  )
  expect(received).toHaveLength(1)
})

test('an empty body where JSON was promised breaks it, too', async () => {
  const { url } = await serve((_, response) => response.writeHead(204).end())
  const { error } = await getUser(url)
  expect(isContractError(error) && error.issues).toEqual([
    { path: '', message: 'expected JSON, got an empty body' },
  ])
})

const broken = { ...ann, id: '1', created_at: undefined, nickname: 'Annie' }

test('a body against the schema breaks it, and the error says where and how', async () => {
  const { url, received } = await serve((_, response) => answer(response, 200, broken))
  const { error } = await getUser(url)
  expect(isContractError(error) && error).toMatchObject({
    code: 'bad-shape',
    issues: [
      { path: 'id', message: 'expected number, got "1"' },
      { path: 'created_at', message: 'expected string, got nothing' },
    ],
  })
  expect(received).toHaveLength(1)
})

test('a body against the schema passes with a warning, or silently, where that was asked for', async () => {
  const { url } = await serve((_, response) => answer(response, 200, broken))
  const warnings: string[] = []
  const logger = {
    debug: () => undefined,
    warn: (_fields: object, message: string) => void warnings.push(message),
  }
  const expected = JSON.parse(JSON.stringify(broken))

  expect((await getUser(url, { validate: 'warn' }, { logger })).value).toEqual(expected)
  expect(warnings).toEqual([expect.stringContaining('id: expected number, got "1"')])

  expect((await getUser(url, { validate: 'off' }, { logger })).value).toEqual(expected)
  expect(warnings).toHaveLength(1)
})

test('a warning that nobody logs becomes one of the process', async () => {
  const { url } = await serve((_, response) => answer(response, 200, broken))
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  await getUser(url, { validate: 'warn' })
  expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining('id: expected number, got "1"'),
    expect.objectContaining({ type: 'ContractWarning', code: 'bad-shape' }),
  )
})

test('unknown fields pass through', async () => {
  const { url } = await serve((_, response) => answer(response, 200, { ...ann, nickname: 'Annie' }))
  expect((await getUser(url)).value).toEqual({ ...ann, nickname: 'Annie' })
})

test.each([301, 302, 303, 307, 308])(
  'a %d to another path of the same origin is followed',
  async (status) => {
    const { url } = await serve(({ url: path }, response) =>
      path.endsWith('/')
        ? answer(response, 200, ann)
        : response.writeHead(status, { location: '/users/1/' }).end(),
    )
    expect((await getUser(url)).value).toEqual(ann)
  },
)

test('a 307 takes the body and the idempotency key along', async () => {
  const { url, received } = await serve(({ url: path }, response) =>
    path.endsWith('/') ? answer(response, 201, ann) : response.writeHead(307, { location: `${path}/` }).end(),
  )
  await using ms = createClient({ baseUrl: url })
  await ms.users.create({ email: 'ann@example.com', name: 'Ann' })
  const [first, second] = received
  expect(second).toMatchObject({ method: 'POST', url: '/users/', body: first?.body })
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
})

test.each<[string, 'get' | 'create', number, string]>([
  ['to another origin', 'get', 302, 'http://127.0.0.1:1/users/1'],
  ['to another scheme', 'get', 302, 'file:///etc/passwd'],
  ['to nowhere', 'get', 302, 'http://'],
  ['without end', 'get', 302, '/users/1'],
  ['that would make a GET of a POST', 'create', 302, '/users/'],
])('a redirect %s is an error that says so', async (_name, call, status, location) => {
  const { url, received } = await serve((_, response) => response.writeHead(status, { location }).end())
  await using ms = createClient({ baseUrl: url })
  const user = { email: 'ann@example.com', name: 'Ann' }
  const error = await (call === 'get' ? ms.users.get(1) : ms.users.create(user)).catch(
    (reason: unknown) => reason,
  )
  expect(isApiError(error) && error.status).toBe(302)
  expect((error as Error).message).toContain(`answered 302: redirects to ${location}, which is not followed`)
  expect(received.length).toBeLessThanOrEqual(6)
})

const manyUsers = (count: number): User[] =>
  Array.from({ length: count }, (_, index) => ({ ...ann, id: index + 1, name: 'x'.repeat(200) }))

test('10 MB are read, validated and right', async () => {
  const users = manyUsers(36_000)
  const { url } = await serve((_, response) => answer(response, 200, users))
  await using ms = createClient({ baseUrl: url })
  const before = process.cpuUsage()
  const { data, response } = await ms.users.list().withResponse()
  const { user, system } = process.cpuUsage(before)
  expect(user + system).toBeLessThan(5_000_000)
  expect(Number(response.headers['content-length'] ?? JSON.stringify(users).length)).toBeGreaterThan(
    10_000_000,
  )
  expect(data).toEqual(users)
})

test('more than the client takes is refused, and the connection given up', async () => {
  let isCut = false
  const { url } = await serve((_, response) => {
    response.once('close', () => {
      isCut = !response.writableFinished
    })
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = ' '.repeat(64 * 1024)
    const pour = () => {
      while (!response.destroyed) if (!response.write(chunk)) return void response.once('drain', pour)
    }
    pour()
  })
  const { error } = await getUser(url, {}, { maxBodyBytes: 1024 * 1024 })
  expect(isContractError(error) && error.code).toBe('too-large')
  await expect.poll(() => isCut).toBe(true)
})

test('no handle is left open: a script that met all of this ends by itself, without closing anything', async () => {
  const hang = await serveSockets(() => undefined)
  const reset = await serveSockets((socket) =>
    onRequest(socket, () =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{', () => socket.resetAndDestroy()),
    ),
  )
  const { url: fine } = await serve((_, response) => answer(response, 200, ann))
  const { url: unavailable } = await serve((_, response) =>
    answerProblem(response, 503, 'circuit-open', {}, { 'retry-after': '30' }),
  )
  const frozen = await listenAndFreeze()
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-sdk-script-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const script = path.join(dir, 'script.mjs')
  await writeFile(
    script,
    `import { createClient } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))}
    async function main() {
    const names = []
    for (const baseUrl of ${JSON.stringify([fine, hang, reset, unavailable, 'http://127.0.0.1:1', `http://127.0.0.1:${frozen}`])}) {
      const ms = createClient({ baseUrl, timeoutMs: 300, backoff: { baseMs: 1 } })
      names.push(await ms.users.get(1).then(({ name }) => name, (error) => error.name))
    }
    const ms = createClient({ baseUrl: ${JSON.stringify(fine)} })
    await ms.users.get(1, { signal: AbortSignal.timeout(60_000) })
    console.log(names.join())
    // Whatever is left open would have it come to that.
    setTimeout(() => console.log('still there'), 1000).unref()
    }
    main()`,
  )
  const bundle = path.join(dir, 'bundle.cjs')
  await build({
    entryPoints: [script],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
  const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([code, output.trim()]).toEqual([
    0,
    'Ann,TimeoutError,ConnectionError,CircuitOpenError,ConnectionError,TimeoutError',
  ])
})
