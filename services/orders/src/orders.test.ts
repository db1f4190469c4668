import { type OnEnd, runAsAdmin, shared, startTestService, type TestService } from '@msctl/kit/testing'
import { Order, Problem } from '@msctl/sdk/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { createOrderModel, ORDERS_DDL } from './models.ts'
import { orderRoutes } from './routes.ts'
import { createOrders } from './services.ts'

const startOrders = (onEnd?: OnEnd): Promise<TestService> =>
  startTestService({
    ...(onEnd && { onEnd }),
    name: 'order',
    ddl: [ORDERS_DDL],
    assemble: (stores) => orderRoutes(createOrders({ models: createOrderModel(stores.database), ...stores })),
  })

describe('an order', () => {
  test('is created for a user that need not exist, read, changed in part and deleted', async () => {
    const { request, redis } = await startOrders()
    const created = await request('POST', '/orders', { body: { userId: 1, product: 'Laptop', quantity: 2 } })
    expect(created.status).toBe(201)
    const order = Order.parse(created.body)
    expect(order).toMatchObject({ id: 1, userId: 1, product: 'Laptop', quantity: 2 })

    expect((await request('GET', '/orders/1')).body).toEqual(order)
    expect(JSON.parse((await redis.client.get('order:1')) ?? '')).toEqual(order)
    expect((await request('PUT', '/orders/1', { body: { quantity: 3 } })).body).toEqual({
      ...order,
      quantity: 3,
    })
    expect((await request('PUT', '/orders/1', { body: { product: 'Desk', userId: 9 } })).body).toEqual({
      ...order,
      quantity: 3,
      product: 'Desk',
      userId: 9,
    })
    expect((await request('GET', '/orders/1')).body).toMatchObject({
      quantity: 3,
      product: 'Desk',
      userId: 9,
    })
    expect((await request('DELETE', '/orders/1')).status).toBe(204)
    expect((await request('GET', '/orders/1')).status).toBe(404)
  })

  test('is of one piece unless told otherwise, and keeps its quantity when a change does not name it', async () => {
    const { request } = await startOrders()
    expect((await request('POST', '/orders', { body: { userId: 1, product: 'Pen' } })).body).toMatchObject({
      quantity: 1,
    })
    await request('PUT', '/orders/1', { body: { quantity: 7 } })
    expect((await request('PUT', '/orders/1', { body: { product: 'Ink' } })).body).toMatchObject({
      quantity: 7,
    })
  })
})

describe('a bad order', () => {
  let request: TestService['request']
  beforeAll(
    shared(async (onEnd) => {
      request = (await startOrders(onEnd)).request
    }),
  )

  test.each([
    ['quantity', 0],
    ['quantity', -1],
    ['quantity', 1.5],
    ['quantity', 2_147_483_648],
    ['quantity', '2'],
    ['quantity', null],
    ['userId', 0],
    ['userId', 'abc'],
    ['userId', 99_999_999_999],
    ['product', ''],
  ])('is refused with %s %s', async (field, value) => {
    const { status, body } = await request('POST', '/orders', {
      body: { userId: 1, product: 'Pen', [field]: value },
    })
    expect(status).toBe(422)
    expect(Problem.parse(body).errors?.map(({ path }) => path)).toEqual([field])
  })
})

describe('the orders of one user', () => {
  test('are that user’s alone, and paged like all', async () => {
    const { request } = await startOrders()
    for (const userId of [1, 2, 1, 2, 1])
      await request('POST', '/orders', { body: { userId, product: 'Pen' } })
    const idsOf = async (query: string) =>
      ((await request('GET', `/orders${query}`)).body as Order[]).map(({ id }) => id)
    expect(await idsOf('')).toEqual([1, 2, 3, 4, 5])
    expect(await idsOf('?userId=1')).toEqual([1, 3, 5])
    expect(await idsOf('?userId=1&limit=1&after=1')).toEqual([3])
    expect(await idsOf('?userId=77')).toEqual([])
    for (const bad of ['abc', '0', '', '1e3'])
      expect((await request('GET', `/orders?userId=${bad}`)).status).toBe(422)
  })

  test('are found without a scan of everyone’s', async () => {
    const { databaseUrl } = await startOrders()
    await runAsAdmin(
      `INSERT INTO orders ("userId", product) SELECT i % 5000, 'Pen' FROM generate_series(1, 50000) i; ANALYZE orders`,
      databaseUrl,
    )
    const plan = await runAsAdmin(
      'EXPLAIN SELECT id FROM orders WHERE "userId" = 7 AND id > 0 ORDER BY id LIMIT 1000',
      databaseUrl,
    )
    expect(JSON.stringify(plan.rows)).toContain('orders_userId_id')
  })
})

test('a list of 20,000 orders is complete', async () => {
  const { request, databaseUrl } = await startOrders()
  await runAsAdmin(
    `INSERT INTO orders ("userId", product) SELECT 1, 'Pen' FROM generate_series(1, 20000)`,
    databaseUrl,
  )
  const ids = ((await request('GET', '/orders')).body as Order[]).map(({ id }) => id)
  expect(ids).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1))
})
