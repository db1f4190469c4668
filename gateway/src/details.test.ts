import { request as httpRequest, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@msctl/kit/testing'
import { Problem, UserDetails } from '@msctl/sdk/contract'
import { describe, expect, test } from 'vitest'
import { type Answer, startGateway, startService, startSocketService } from './testing/start-gateway.ts'

const USER = {
  id: 7,
  email: 'ann@example.com',
  name: 'Ann "{}" \u00e9',
  created_at: '2025-01-01T00:00:00.000Z',
}
const ORDERS = [1, 2, 3].map((id) => ({
  id,
  userId: 7,
  product: `Product ${id}`,
  quantity: id,
  created_at: '2025-01-01T00:00:00.000Z',
}))

/** @param until what is to have happened before the user is there. */
const startUsers = (until: () => Promise<unknown> = async () => undefined) =>
  startService(async (_, response) => {
    await until()
    json(response, USER)
  })

const startOrders = (until: () => Promise<unknown> = async () => undefined) =>
  startService(async (_, response) => {
    await until()
    json(response, ORDERS)
  })

const json = (response: ServerResponse, value: unknown) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))

const WITHOUT_ORDERS = { user: USER, orders: null, degraded: ['orders'] }

function expectProblem({ status, json: parse }: Answer, expected: number, name: string): void {
  expect(Problem.parse(parse())).toMatchObject({ type: `urn:msctl:problem:${name}`, status: expected })
  expect(status).toBe(expected)
}

describe('the details of a user', () => {
  test.each([
    ['the user first', 0, 50],
    ['the orders first', 50, 0],
    ['both together', 0, 0],
  ])('hold the user and their orders, %s', async (_, usersMs, ordersMs) => {
    const users = await startUsers(() => delay(usersMs))
    const orders = await startOrders(() => delay(ordersMs))
    const gateway = await startGateway({ users, orders })
    const answer = await gateway.ask('/users/7/details', { headers: { 'x-request-id': 'mine' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['x-request-id']).toBe('mine')
    expect(UserDetails.parse(answer.json())).toEqual({ user: USER, orders: ORDERS })
    expect(users.seen).toEqual(['GET /users/7'])
    expect(orders.seen).toEqual(['GET /orders?userId=7'])
  })

  test('ask both services at once', async () => {
    let together = 0
    const answerTogether = (value: unknown) => (_: unknown, response: ServerResponse) => {
      together += 1
      const timer = setInterval(() => {
        if (together < 2) return
        clearInterval(timer)
        json(response, value)
      }, 5)
    }
    const users = await startService(answerTogether(USER))
    const orders = await startService(answerTogether([]))
    const gateway = await startGateway({ users, orders })
    expect((await gateway.ask('/users/7/details')).json()).toEqual({ user: USER, orders: [] })
  })

  test('carry request id and trace to both', async () => {
    const seen: unknown[] = []
    const answer =
      (value: unknown) => (request: { headers: Record<string, unknown> }, response: ServerResponse) => {
        const {
          'x-request-id': id,
          traceparent,
          'x-forwarded-for': caller,
          'accept-encoding': coding,
        } = request.headers
        seen.push({ id, traceparent, caller, coding })
        json(response, value)
      }
    const users = await startService(answer(USER))
    const orders = await startService(answer(ORDERS))
    const gateway = await startGateway({ users, orders })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await gateway.ask('/users/7/details', {
      headers: { 'x-request-id': 'mine', traceparent, 'accept-encoding': 'gzip', 'if-none-match': '"x"' },
    })
    const expected = { id: 'mine', traceparent, caller: '127.0.0.1', coding: undefined }
    expect(seen).toEqual([expected, expected])
  })

  test('answer HEAD like GET, without a body, and no other method', async () => {
    const gateway = await startGateway({ users: await startUsers(), orders: await startOrders() })
    const { status, text } = await gateway.ask('/users/7/details', { method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await gateway.ask('/users/7/details', { method })
      expectProblem(answer, 405, 'method-not-allowed')
      expect(answer.headers.allow).toBe('GET, HEAD')
    }
  })

  test.each(['abc', '0', '-1', '1e3', '99999999999', '01', '%20'])(
    'are 404 for the id %s, without a call',
    async (id) => {
      const [users, orders] = [await startUsers(), await startOrders()]
      const gateway = await startGateway({ users, orders })
      expectProblem(await gateway.ask(`/users/${id}/details`), 404, 'not-found')
      expect([...users.seen, ...orders.seen]).toEqual([])
    },
  )

  test('stream orders without number in bounded memory', { timeout: 60_000 }, async () => {
    // More than sockets hold.
    const COUNT = 200_000
    const order = JSON.stringify(ORDERS[0])
    let sent = 0
    const orders = await startService((_, response) => {
      response.write('[')
      const send = (): unknown => {
        while (sent < COUNT) {
          sent += 1
          if (!response.write(sent === 1 ? order : `,${order}`)) return response.once('drain', send)
        }
        return response.end(']')
      }
      send()
    })
    // While the user is not there, the orders wait with the service.
    let isUserThere = false
    const users = await startUsers(() => until(() => isUserThere))
    const gateway = await startGateway({ users, orders }, { UPSTREAM_TIMEOUT_SECONDS: '10' })
    const asked = fetch(`${gateway.origin}/users/7/details`)
    let before = -1
    await until(async () => {
      if (sent > 0 && sent === before) return true
      before = sent
      await delay(200)
      return false
    })
    expect(sent).toBeLessThan(COUNT)
    isUserThere = true
    const details = (await (await asked).json()) as UserDetails
    expect(details.user).toEqual(USER)
    expect(details.orders).toHaveLength(COUNT)
  })
})

describe('without the orders', () => {
  test.each<[string, (response: ServerResponse) => void, timeout?: string]>([
    ['fail', (response) => response.writeHead(500).end('{}')],
    ['are refused', (response) => response.writeHead(422).end('{}')],
    ['do not come in time', () => undefined, '0.3'],
    ['are lost before they begin', (response) => response.destroy()],
    ['are no list', (response) => response.end('<html>')],
    ['are nothing', (response) => response.end()],
  ])('the user comes all the same, and says so: they %s', async (_, answer, timeout = '3') => {
    const orders = await startService((_request, response) => answer(response))
    const gateway = await startGateway(
      { users: await startUsers(), orders },
      { UPSTREAM_TIMEOUT_SECONDS: timeout },
    )
    const { status, json: parse } = await gateway.ask('/users/7/details')
    expect(status).toBe(200)
    expect(UserDetails.parse(parse())).toEqual(WITHOUT_ORDERS)
    await until(() => gateway.lines.length === 1)
    expect(gateway.lines).toMatchObject([{ status: 200, err: { message: expect.any(String) } }])
  })

  test('the user comes while their circuit is open, and nobody asks for them', async () => {
    const orders = await startService((_, response) => response.writeHead(500).end())
    const gateway = await startGateway({ users: await startUsers(), orders })
    for (let i = 0; i < 7; i++) {
      expect((await gateway.ask('/users/7/details')).json()).toEqual(WITHOUT_ORDERS)
    }
    expect(orders.seen).toHaveLength(5)
    expect((await gateway.health()).circuits).toMatchObject({
      orders: { status: 'OPEN' },
      users: { failure_count: 0 },
    })
  })

  test('the user comes even when some of them had, but none was passed on', async () => {
    const orders = await startSocketService((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{"id":1}')
      setTimeout(() => socket.destroy(), 50)
    })
    const areOrdersLost = async () => (await gateway.health()).circuits.orders.failure_count === 1
    const gateway = await startGateway({ users: await startUsers(() => until(areOrdersLost)), orders })
    expect((await gateway.ask('/users/7/details')).json()).toEqual(WITHOUT_ORDERS)
  })

  test('that are lost in the middle, the answer is visibly cut off', async () => {
    const orders = await startSocketService((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{"id":1}')
    })
    const gateway = await startGateway({ users: await startUsers(), orders })
    const answer = await fetch(`${gateway.origin}/users/7/details`)
    for (const socket of orders.sockets) socket.destroy()
    await expect(answer.text()).rejects.toThrow('terminated')
    expect((await gateway.health()).circuits.orders.failure_count).toBe(1)
    expect(gateway.lines).toMatchObject([
      { level: 40, msg: expect.stringContaining('orders was lost'), err: { code: 'UND_ERR_SOCKET' } },
      { path: '/users/7/details', status: 502 },
      { path: '/health' },
    ])
  })
})

describe('without the user', () => {
  test('who does not exist, the answer is 404, and the orders are given up', async () => {
    const users = await startService((_, response) => response.writeHead(404).end('{}'))
    const orders = await startService(() => undefined)
    const gateway = await startGateway({ users, orders })
    expectProblem(await gateway.ask('/users/7/details'), 404, 'not-found')
    await until(() => orders.sockets.size === 0)
    expect((await gateway.health()).circuits.orders.failure_count).toBe(0)
  })

  test.each<[string, number, string, ((response: ServerResponse) => void) | undefined, timeout?: string]>([
    ['cannot be reached', 502, 'service-unreachable', undefined],
    ['is lost', 502, 'service-unreachable', (response) => response.destroy()],
    ['does not answer in time', 504, 'service-timeout', () => undefined, '0.3'],
    ['fails', 503, 'unavailable', (response) => response.writeHead(500).end()],
    ['gives something else', 502, 'service-unreachable', (response) => response.end('<html>')],
    ['gives nothing', 502, 'service-unreachable', (response) => response.writeHead(204).end()],
    [
      'gives far too much',
      502,
      'service-unreachable',
      (response) => response.end(`{"a":"${'x'.repeat(200_000)}"}`),
    ],
    [
      'loses it on the way',
      502,
      'service-unreachable',
      (response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{')
        setTimeout(() => response.destroy(), 30)
      },
    ],
  ])('because the service %s, the answer is %i', async (_, status, name, answer, timeout = '3') => {
    const orders = await startOrders()
    const users = answer && (await startService((_request, response) => answer(response)))
    const gateway = await startGateway(
      { ...(users && { users }), orders },
      { UPSTREAM_TIMEOUT_SECONDS: timeout },
    )
    const answered = await gateway.ask('/users/7/details')
    expectProblem(answered, status, name)
    expect(answered.json()).toMatchObject({ service: 'users' })
  })

  test('because its circuit is open, the answer is 503, and nobody is asked', async () => {
    const users = await startService((_, response) => response.writeHead(500).end())
    const orders = await startOrders()
    const gateway = await startGateway({ users, orders }, { BREAKER_FAILURES: '1' })
    await gateway.ask('/users/7')
    const answer = await gateway.ask('/users/7/details')
    expectProblem(answer, 503, 'circuit-open')
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    expect([users.seen.length, orders.seen.length]).toEqual([1, 0])
  })
})

test('a caller that hangs up ends both calls', async () => {
  const [users, orders] = [await startService(() => undefined), await startService(() => undefined)]
  const gateway = await startGateway({ users, orders })
  const outgoing = httpRequest(`${gateway.origin}/users/7/details`)
    .on('error', () => undefined)
    .end()
  await until(() => users.seen.length === 1 && orders.seen.length === 1)
  outgoing.destroy()
  await until(() => users.sockets.size === 0 && orders.sockets.size === 0)
  expect((await gateway.health()).status).toBe('ok')
})

test('details may be the trial of both circuits', async () => {
  let isWell = false
  const serve = (value: unknown) =>
    startService((_, response) => (isWell ? json(response, value) : response.writeHead(500).end()))
  const [users, orders] = [await serve(USER), await serve(ORDERS)]
  const gateway = await startGateway(
    { users, orders },
    { BREAKER_FAILURES: '1', BREAKER_RESET_SECONDS: '0.2' },
  )
  expect((await gateway.ask('/users/7/details')).status).toBe(503)
  expect((await gateway.ask('/orders')).status).toBeGreaterThanOrEqual(500)
  isWell = true
  await until(async () => {
    const { users: u, orders: o } = (await gateway.health()).circuits
    return u.status === 'HALF_OPEN' && o.status === 'HALF_OPEN'
  })
  expect((await gateway.ask('/users/7/details')).json()).toEqual({ user: USER, orders: ORDERS })
  expect((await gateway.health()).status).toBe('ok')
})
