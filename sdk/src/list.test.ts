import { describe, expect, test } from 'vitest'
import { createClient, isContractError, isTimeoutError, isValidationError, type Order } from './index.ts'
import { answer, answerProblem, serve, type TestServer } from './testing/server.ts'

const orders = (count: number): Order[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index * 2 + 1,
    userId: 1,
    product: `Lamp ${index}`,
    quantity: 1,
    created_at: '2026-01-31T12:00:00Z',
  }))

/** Pages as the contract says. */
const servePages = (rows: Order[]): Promise<TestServer> =>
  serve(({ url }, response) => {
    const query = new URL(url, 'http://localhost').searchParams
    const limit = Number(query.get('limit') ?? Number.POSITIVE_INFINITY)
    if (!(limit >= 1 && limit <= 1000)) return answerProblem(response, 422, 'unprocessable-content')
    const after = Number(query.get('after') ?? 0)
    answer(response, 200, rows.filter(({ id }) => id > after).slice(0, limit))
  })

const queries = ({ received }: TestServer) => received.map(({ url }) => url.replace('/orders?', ''))

describe('an awaited list', () => {
  test('is the whole array, however many pages that takes', async () => {
    const server = await servePages(orders(2500))
    await using ms = createClient({ baseUrl: server.url })
    expect(await ms.orders.list()).toEqual(orders(2500))
    expect(queries(server)).toEqual(['limit=1000', 'limit=1000&after=1999', 'limit=1000&after=3999'])
  })

  test('is fetched once, and only when it is awaited', async () => {
    const server = await servePages(orders(3))
    await using ms = createClient({ baseUrl: server.url })
    const list = ms.orders.list()
    expect(server.received).toHaveLength(0)
    const [first, second] = await Promise.all([list, list])
    expect(first).toBe(second)
    expect(server.received).toHaveLength(1)
  })

  test('has at most as many rows as its limit, and asks for no more', async () => {
    const server = await servePages(orders(100))
    await using ms = createClient({ baseUrl: server.url })
    expect(await ms.orders.list({ limit: 25, pageSize: 10, after: 10 })).toEqual(orders(100).slice(5, 30))
    expect(queries(server)).toEqual(['limit=10&after=10', 'limit=10&after=29', 'limit=5&after=49'])
  })

  test('of nothing is empty', async () => {
    const server = await servePages([])
    await using ms = createClient({ baseUrl: server.url })
    expect(await ms.orders.list()).toEqual([])
  })

  test('with a limit that makes no sense is the server’s to refuse', async () => {
    const server = await servePages(orders(3))
    await using ms = createClient({ baseUrl: server.url })
    for (const parameters of [{ limit: 0 }, { limit: -1 }, { pageSize: 5000 }]) {
      const error = await ms.orders.list(parameters).catch((reason: unknown) => reason)
      expect(isValidationError(error)).toBe(true)
    }
  })

  test('comes with its response: of the last page, with the sums of all', async () => {
    const server = await servePages(orders(25))
    await using ms = createClient({ baseUrl: server.url })
    const { data, attempts, response } = await ms.orders.list({ pageSize: 10 }).withResponse()
    expect(data).toEqual(orders(25))
    expect([attempts, response.status]).toEqual([3, 200])
  })

  test.each([
    ['its own', { timeoutMs: 1000 }, {}],
    ["the client's", {}, { timeoutMs: 1000 }],
  ])('has one deadline for all its pages, %s', async (_, options, clientOptions) => {
    const { url, received } = await serve(({ url: path }, response) => {
      const after = Number(new URL(path, 'http://localhost').searchParams.get('after') ?? 0)
      setTimeout(
        answer,
        60,
        response,
        200,
        orders(1000)
          .filter(({ id }) => id > after)
          .slice(0, 10),
      )
    })
    await using ms = createClient({ baseUrl: url, ...clientOptions })
    const error = await ms.orders.list({ pageSize: 10 }, options).catch((reason: unknown) => reason)
    expect(isTimeoutError(error) && error.timeoutMs).toBe(1000)
    expect(received.length).toBeGreaterThan(1)
  })

  test('is checked row by row, and says which breaks the contract', async () => {
    const rows = orders(5).map((order, index) => (index === 3 ? { ...order, quantity: 0 } : order))
    const { url } = await serve((_, response) => answer(response, 200, rows))
    await using ms = createClient({ baseUrl: url })
    const error = await ms.orders.list().catch((reason: unknown) => reason)
    expect(isContractError(error) && error.issues).toEqual([
      { path: '[3].quantity', message: 'expected more than 0, got 0' },
    ])
  })
})

describe('an iterated list', () => {
  test('gives row after row, and fetches a page when it gets there', async () => {
    const server = await servePages(orders(25))
    await using ms = createClient({ baseUrl: server.url })
    const ids: number[] = []
    for await (const order of ms.orders.list({ pageSize: 10 })) {
      ids.push(order.id)
      expect(server.received).toHaveLength(Math.ceil(ids.length / 10))
    }
    expect(ids).toEqual(orders(25).map(({ id }) => id))
  })

  test('that is left early fetches no more', async () => {
    const server = await servePages(orders(25))
    await using ms = createClient({ baseUrl: server.url })
    for await (const order of ms.orders.list({ pageSize: 10 })) if (order.id === 21) break
    expect(server.received).toHaveLength(2)
  })

  test('starts anew each time', async () => {
    const server = await servePages(orders(3))
    await using ms = createClient({ baseUrl: server.url })
    const list = ms.orders.list()
    for (const _ of [1, 2]) {
      const rows: Order[] = []
      for await (const order of list) rows.push(order)
      expect(rows).toEqual(orders(3))
    }
    expect(server.received).toHaveLength(2)
  })

  test('gives page after page, each with its response', async () => {
    const server = await servePages(orders(25))
    await using ms = createClient({ baseUrl: server.url })
    const sizes: number[] = []
    for await (const { data, response } of ms.orders.list({ pageSize: 10 }).pages()) {
      expect(response.status).toBe(200)
      sizes.push(data.length)
    }
    expect(sizes).toEqual([10, 10, 5])
  })
})

describe('from a server that knows no paging', () => {
  test.each([3, 10, 25])('%d rows come once, in the order that they have', async (count) => {
    const rows = orders(count).reverse()
    const { url, received } = await serve((_, response) => answer(response, 200, rows))
    await using ms = createClient({ baseUrl: url })
    expect(await ms.orders.list({ pageSize: 10 })).toEqual(rows)
    expect(received.length).toBeLessThanOrEqual(2)
  })

  test('the limit holds', async () => {
    const { url } = await serve((_, response) => answer(response, 200, orders(25)))
    await using ms = createClient({ baseUrl: url })
    expect(await ms.orders.list({ limit: 12 })).toEqual(orders(12))
  })
})
