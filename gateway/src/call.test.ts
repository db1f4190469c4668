import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { until } from '@msctl/kit/testing'
import { Problem } from '@msctl/sdk/contract'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  exchangeBytes,
  type Rig,
  startGateway,
  startService,
  startSocketService,
} from './testing/start-gateway.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const failures = async (gateway: Rig) => (await gateway.health()).circuits.users.failure_count

/** Fails once with a status of 500, so that a later success shows: it sets the count back to 0. */
const FAIL = 'HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n'

function expectProblem(answer: Answer, status: number, name: string): void {
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(Problem.parse(answer.json())).toMatchObject({
    type: `urn:msctl:problem:${name}`,
    status,
    service: 'users',
  })
  expect(answer.status).toBe(status)
  expect(answer.headers['x-request-id']).toBeDefined()
}

describe('a call fails', () => {
  test('with 502 when nothing listens', async () => {
    const gateway = await startGateway({})
    expectProblem(await gateway.ask('/users/1'), 502, 'service-unreachable')
    expect(await failures(gateway)).toBe(1)
  })

  test('with 502 when the name of the service is not known', async () => {
    const gateway = await startGateway({ users: 'http://no-such-service.invalid:8001' })
    const answer = await gateway.ask('/users/1')
    expect([502, 504]).toContain(answer.status)
    expect(await failures(gateway)).toBe(1)
  })

  test.each<[string, (socket: Socket) => void]>([
    ['closes the connection without an answer', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['closes it in the middle of the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ['does not speak HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    [
      'sends more headers than can be read',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`),
    ],
    [
      'sends a header that cannot be passed on',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nX: a\x01b\r\n\r\n'),
    ],
    [
      'switches the protocol',
      (socket) => socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ])('with 502 when the service %s', async (_, misbehave) => {
    const users = await startSocketService(misbehave)
    const gateway = await startGateway({ users })
    expectProblem(await gateway.ask('/users/1'), 502, 'service-unreachable')
    expect(await failures(gateway)).toBe(1)
    expect(users.seen).toHaveLength(1)
  })

  test('with 504 when no answer begins in time, and gives up the connection', async () => {
    const users = await startService(() => undefined)
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '0.2' })
    const patient = await startGateway({ users })
    const startedAt = performance.now()
    const answer = await Promise.race([
      gateway.ask('/users/1'),
      patient.ask('/users/1').catch(() => undefined),
    ])
    if (answer === undefined) throw new Error('The other one came first')
    expectProblem(answer, 504, 'service-timeout')
    expect(performance.now() - startedAt).toBeGreaterThan(190)
    expect(await failures(gateway)).toBe(1)
    expect(await failures(patient)).toBe(0)
    await until(() => users.sockets.size === 0)
  })

  test('for each call on its own: the timeout of one ends no other', async () => {
    let answerLater = () => {}
    const users = await startService((request, response) => {
      if (request.url === '/users/2') answerLater = () => response.end('late')
    })
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '1' })
    const hanging = gateway.ask('/users/1')
    await until(() => users.seen.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const later = gateway.ask('/users/2')
    expect((await hanging).status).toBe(504)
    answerLater()
    expect((await later).text).toBe('late')
  })

  test("with the service's own answer when that is a 5xx", async () => {
    const users = await startService((_, response) => {
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '7' })
      response.end('not now')
    })
    const gateway = await startGateway({ users })
    const { status, headers, text } = await gateway.ask('/users/1')
    expect([status, headers['retry-after'], text]).toEqual([503, '7', 'not now'])
    expect(await failures(gateway)).toBe(1)
  })

  test.each<[string, string]>([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npartly'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npartly\r\n'],
  ])('visibly when the connection is lost in the middle of the body, %s', async (_, beginning) => {
    const users = await startSocketService((socket) => {
      socket.write(beginning)
      setTimeout(() => socket.destroy(), 50)
    })
    const gateway = await startGateway({ users })
    await expect(gateway.ask('/users/1')).rejects.toThrow(/aborted|ECONNRESET|hang up/)
    expect(await failures(gateway)).toBe(1)
    expect(gateway.lines.slice(0, 2)).toMatchObject([
      { level: 40, msg: expect.stringContaining('users was lost'), err: { code: 'UND_ERR_SOCKET' } },
      { path: '/users/1', status: 502 },
    ])
    expect((await gateway.ask('/metrics')).text).toMatch(
      /http_request_duration_seconds_count{[^}]*status="502"/,
    )
  })

  test('visibly even to HTTP/1.0, which takes the end of a connection for that of the body', async () => {
    const users = await startSocketService((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npartly\r\n')
      setTimeout(() => socket.destroy(), 50)
    })
    const gateway = await startGateway({ users })
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write('GET /users/1 HTTP/1.0\r\n\r\n')
    socket.resume()
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
  })

  test('when the body stalls for as long as an answer may take to begin', async () => {
    const users = await startSocketService((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npartly')
    })
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '0.2' })
    await expect(gateway.ask('/users/1')).rejects.toThrow(/aborted|ECONNRESET|hang up/)
    expect(await failures(gateway)).toBe(1)
    await until(() => users.sockets.size === 0)
  })
})

describe('a call succeeds', () => {
  test('with a 4xx, which sets the count of failures back', async () => {
    const statuses = [500, 500, 500, 500, 404]
    const users = await startService((_, response) => response.writeHead(statuses.shift() ?? 200).end())
    const gateway = await startGateway({ users })
    for (let i = 1; i <= 4; i++) {
      await gateway.ask('/users/1')
      expect(await failures(gateway)).toBe(i)
    }
    expect((await gateway.ask('/users/1')).status).toBe(404)
    expect(await failures(gateway)).toBe(0)
  })

  test('when its answer is still coming in as its time is over', async () => {
    let isFirst = true
    const users = await startSocketService((socket) => {
      if (isFirst) {
        isFirst = false
        socket.write(FAIL)
        return
      }
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
      const timer = setInterval(() => socket.write('x'), 20)
      socket.once('close', () => clearInterval(timer))
    })
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '1' })
    await gateway.ask('/users/1')
    expect(await failures(gateway)).toBe(1)
    const outgoing = httpRequest(`${gateway.origin}/users/2`).end()
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    incoming.resume()
    await until(async () => (await failures(gateway)) === 0)
    incoming.destroy()
  })

  test('when it is its caller who takes the time', async () => {
    let isFirst = true
    const users = await startService((_, response) => {
      if (isFirst) response.writeHead(500).end()
      else response.end(Buffer.alloc(20_000_000))
      isFirst = false
    })
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '0.5' })
    await gateway.ask('/users/1')
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write('GET /users/2 HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(async () => (await failures(gateway)) === 0)
    // Nor is it cut off for that.
    await new Promise((resolve) => setTimeout(resolve, 1200))
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    await until(() => received > 20_000_000)
    socket.destroy()
  })
})

describe('a circuit', () => {
  test('opens after five failures, answers 503 at once, and the service sees nothing more', async () => {
    const users = await startService((_, response) => response.writeHead(500).end())
    const orders = await startService((_, response) => response.end('[]'))
    const gateway = await startGateway({ users, orders })
    for (let i = 0; i < 5; i++) expect((await gateway.ask('/users/1')).status).toBe(500)
    const tookMs: number[] = []
    for (let i = 0; i < 10; i++) {
      const startedAt = performance.now()
      const refused = await gateway.ask('/users/1', { method: 'DELETE' })
      tookMs.push(performance.now() - startedAt)
      expectProblem(refused, 503, 'circuit-open')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(15)
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(30)
    }
    // The quickest: a busy machine holds up some of them.
    expect(Math.min(...tookMs)).toBeLessThan(100)
    expect(users.seen).toHaveLength(5)
    expect(await gateway.health()).toMatchObject({
      status: 'degraded',
      circuits: {
        users: { status: 'OPEN', failure_count: 5 },
        orders: { status: 'CLOSED', failure_count: 0 },
      },
    })
    expect((await gateway.ask('/orders')).status).toBe(200)
  })

  test('is not opened by anything that the caller sends', async () => {
    const users = await startService((_, response) => response.writeHead(404).end())
    const gateway = await startGateway({ users }, { BREAKER_FAILURES: '1' })
    await gateway.ask('/users/%zz')
    await exchangeBytes(gateway.port, 'GET /users/1 HTTP/1.1\r\nConnection: close\r\n\r\n')
    await exchangeBytes(gateway.port, 'GET /users/\x7f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await exchangeBytes(
      gateway.port,
      Buffer.from('GET /users/\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'latin1'),
    )
    await exchangeBytes(
      gateway.port,
      'GET /users/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    )
    await gateway.ask('/users', { method: 'POST', body: '\0'.repeat(70_000) })
    expect(await gateway.health()).toMatchObject({ status: 'ok', circuits: { users: { failure_count: 0 } } })
  })

  test('lets one of many through once it is half-open, and closes when that succeeds', async () => {
    let isWell = false
    let release: () => void = () => undefined
    const areOthersRefused = new Promise<void>((resolve) => {
      release = resolve
    })
    const users = await startService(async (_, response) => {
      if (!isWell) return response.writeHead(500).end()
      await areOthersRefused
      response.end('ok')
    })
    const gateway = await startGateway({ users }, { BREAKER_RESET_SECONDS: '0.3' })
    for (let i = 0; i < 5; i++) await gateway.ask('/users/1')
    isWell = true
    await until(async () => (await gateway.health()).circuits.users.status === 'HALF_OPEN')
    const statuses: number[] = []
    const asked = Array.from({ length: 30 }, async () => {
      statuses.push((await gateway.ask('/users/1')).status)
    })
    await until(() => statuses.length === 29)
    release()
    await Promise.all(asked)
    expect(statuses).toEqual([...Array(29).fill(503), 200])
    expect(users.seen).toHaveLength(6)
    expect((await gateway.health()).circuits.users).toMatchObject({ status: 'CLOSED', failure_count: 0 })
  })

  test('opens again when the trial fails', async () => {
    const users = await startService((_, response) => response.writeHead(500).end())
    const gateway = await startGateway({ users }, { BREAKER_RESET_SECONDS: '1' })
    for (let i = 0; i < 5; i++) await gateway.ask('/users/1')
    await until(async () => (await gateway.health()).circuits.users.status === 'HALF_OPEN')
    expect((await gateway.ask('/users/1')).status).toBe(500)
    expect((await gateway.ask('/users/1')).status).toBe(503)
    expect(users.seen).toHaveLength(6)
    expect((await gateway.health()).circuits.users.transitions.map(({ to }) => to)).toEqual([
      'OPEN',
      'HALF_OPEN',
      'OPEN',
    ])
  })

  test.each<[string, (response: ServerResponse) => void, ((response: ServerResponse) => void) | undefined]>([
    ['before the answer begins', () => undefined, (response) => response.end('ok')],
    [
      'in the middle of the answer',
      (response) => response.write('x'.repeat(100_000)),
      (response) => response.end('ok'),
    ],
    ['and the answer never comes', () => undefined, undefined],
  ])('learns the outcome of a trial whose caller hangs up %s', async (_, begin, end) => {
    let isWell = false
    let trial: ServerResponse | undefined
    const users = await startService((_request, response) => {
      if (!isWell) return response.writeHead(500).end()
      trial = response
      return begin(response)
    })
    const gateway = await startGateway(
      { users },
      { BREAKER_RESET_SECONDS: '0.5', UPSTREAM_TIMEOUT_SECONDS: end ? '10' : '1' },
    )
    for (let i = 0; i < 5; i++) await gateway.ask('/users/1')
    isWell = true
    await until(async () => (await gateway.health()).circuits.users.status === 'HALF_OPEN')
    const outgoing = httpRequest(`${gateway.origin}/users/1`).end()
    outgoing.on('error', () => undefined)
    const hungUp = new Promise((resolve) => outgoing.once('close', resolve))
    await until(() => users.seen.length === 6)
    outgoing.destroy()
    await hungUp
    if (trial !== undefined && end !== undefined) {
      expect((await gateway.health()).circuits.users.status).toBe('HALF_OPEN')
      end(trial)
    }
    const outcome = end ? 'CLOSED' : 'OPEN'
    await until(async () => (await gateway.health()).circuits.users.status === outcome)
    expect(users.seen).toHaveLength(6)
  })
})

describe('a kept connection that turns out closed', () => {
  /** Answers the first request of each connection, and closes it at the second. */
  const startForgetful = (close: (socket: Socket) => void) => {
    const served = new WeakSet<Socket>()
    return startSocketService((socket) => {
      if (served.has(socket)) {
        close(socket)
        return
      }
      served.add(socket)
      socket.write(OK)
    })
  }

  test.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('costs a GET nothing when it is %s: it is sent once more', async (_, close) => {
    const users = await startForgetful(close)
    const gateway = await startGateway({ users })
    expect((await gateway.ask('/users/1')).text).toBe('ok')
    expect((await gateway.ask('/users/2')).text).toBe('ok')
    expect(users.seen).toEqual(['GET /users/1', 'GET /users/2', 'GET /users/2'])
    expect(await failures(gateway)).toBe(0)
  })

  test.each(['POST', 'PUT', 'DELETE'])('fails a %s, which may have had its effect', async (method) => {
    const users = await startForgetful((socket) => socket.end())
    const gateway = await startGateway({ users })
    await gateway.ask('/users/1')
    expectProblem(await gateway.ask('/users/1', { method }), 502, 'service-unreachable')
    expect(users.seen).toEqual(['GET /users/1', `${method} /users/1`])
    expect(await failures(gateway)).toBe(1)
  })

  test('fails a GET, counted once, when the second attempt is lost too', async () => {
    let connections = 0
    const served = new WeakSet<Socket>()
    const users = await startSocketService((socket) => {
      if (!served.has(socket)) connections += 1
      if (served.has(socket) || connections > 1) socket.end()
      else socket.write(OK)
      served.add(socket)
    })
    const gateway = await startGateway({ users })
    await gateway.ask('/users/1')
    expectProblem(await gateway.ask('/users/2'), 502, 'service-unreachable')
    expect(users.seen).toEqual(['GET /users/1', 'GET /users/2', 'GET /users/2'])
    expect(await failures(gateway)).toBe(1)
  })

  test('fails a GET that had begun to be answered', async () => {
    const users = await startForgetful((socket) => socket.end('HTTP/1.1 20'))
    const gateway = await startGateway({ users })
    await gateway.ask('/users/1')
    expect((await gateway.ask('/users/2')).status).toBe(502)
    expect(users.seen).toHaveLength(2)
  })

  test('is not used for a trial, which is sent on a new one, once', async () => {
    const served = new Map<Socket, number>()
    let mood: 'fail' | 'answer' | 'lose' = 'fail'
    const users = await startSocketService((socket) => {
      served.set(socket, (served.get(socket) ?? 0) + 1)
      if (mood === 'fail') socket.write(FAIL)
      else if (mood === 'lose' || served.get(socket) !== 1) socket.end()
      else socket.write(OK)
    })
    const gateway = await startGateway({ users }, { BREAKER_RESET_SECONDS: '0.2' })
    for (let i = 0; i < 5; i++) await gateway.ask('/users/1')
    mood = 'lose'
    await until(async () => (await gateway.health()).circuits.users.status === 'HALF_OPEN')
    expect((await gateway.ask('/users/1')).status).toBe(502)
    expect(users.seen).toHaveLength(6)
    mood = 'answer'
    await until(async () => (await gateway.health()).circuits.users.status === 'HALF_OPEN')
    expect((await gateway.ask('/users/1')).status).toBe(200)
    expect((await gateway.health()).circuits.users.status).toBe('CLOSED')
  })

  test('costs nothing when it was closed while nobody used it', async () => {
    const users = await startService((_, response) => response.end('ok'))
    const gateway = await startGateway({ users })
    await gateway.ask('/users', { method: 'POST' })
    for (const socket of users.sockets) socket.destroy()
    await until(() => users.sockets.size === 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await gateway.ask('/users', { method: 'POST' })).status).toBe(200)
    expect(await failures(gateway)).toBe(0)
  })
})

test('connections are kept and used again, and are not more than there were calls at once', async () => {
  const users = await startService((_, response) => response.end('ok'))
  const gateway = await startGateway({ users })
  for (let i = 0; i < 20; i++) await gateway.ask('/users/1')
  expect(users.sockets.size).toBe(1)
})
