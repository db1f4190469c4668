import { type OnEnd, shared, startTestService, type TestService } from '@msctl/kit/testing'
import { Payment, Problem } from '@msctl/sdk/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPaymentModel, PAYMENTS_DDL } from './models.ts'
import { createProcessor } from './processor.ts'
import { paymentRoutes } from './routes.ts'
import { createPayments } from './services.ts'

const startPayments = (onEnd?: OnEnd): Promise<TestService> =>
  startTestService({
    ...(onEnd && { onEnd }),
    name: 'payment',
    ddl: [PAYMENTS_DDL],
    assemble: (stores) =>
      paymentRoutes(
        createPayments({
          models: createPaymentModel(stores.database),
          process: createProcessor({ failureRate: 0.3, seed: 1 }),
          ...stores,
        }),
      ),
  })

const bill = { order_id: 1, amount: 999.99 }

describe('a payment', () => {
  test('is processed when it is created, read, changed and deleted', async () => {
    const { request, redis } = await startPayments()
    const created = await request('POST', '/payments', { body: bill })
    expect(created.status).toBe(201)
    const payment = Payment.parse(created.body)
    expect(payment).toMatchObject({ id: 1, ...bill })
    expect(['completed', 'failed']).toContain(payment.status)
    expect(payment.updated_at).toBe(payment.created_at)

    expect((await request('GET', '/payments/1')).body).toEqual(payment)
    expect(JSON.parse((await redis.client.get('payment:1')) ?? '')).toEqual(payment)

    const changed = Payment.parse((await request('PUT', '/payments/1', { body: { status: 'pending' } })).body)
    expect(changed).toEqual({ ...payment, status: 'pending', updated_at: changed.updated_at })
    expect(changed.updated_at > payment.updated_at).toBe(true)
    expect((await request('GET', '/payments/1')).body).toEqual(changed)
    expect((await request('DELETE', '/payments/1')).status).toBe(204)
    expect((await request('GET', '/payments/1')).status).toBe(404)
  })

  test('is refused with an amount beyond all numbers, and with a status that is none', async () => {
    const { request } = await startPayments()
    expect((await request('POST', '/payments', { body: '{"order_id":1,"amount":1e400}' })).status).toBe(422)
    await request('POST', '/payments', { body: bill })
    expect((await request('PUT', '/payments/1', { body: { status: 'paid' } })).status).toBe(422)
    expect((await request('PUT', '/payments/1', { body: { order_id: 2 } })).status).toBe(422)
  })

  test('keeps an amount as it came, however small or large', async () => {
    const { request } = await startPayments()
    for (const amount of [0.1, 1e-300, 1.7976931348623157e308, 123456789.123456]) {
      expect((await request('POST', '/payments', { body: { ...bill, amount } })).body).toMatchObject({
        amount,
      })
    }
  })
})

describe('a bad payment', () => {
  let request: TestService['request']
  beforeAll(
    shared(async (onEnd) => {
      request = (await startPayments(onEnd)).request
    }),
  )

  test.each([
    ['amount', 0],
    ['amount', -5],
    ['amount', '10'],
    ['amount', null],
    ['order_id', 0],
    ['order_id', 1.5],
  ])('is refused with %s %s', async (field, value) => {
    const { status, body } = await request('POST', '/payments', { body: { ...bill, [field]: value } })
    expect(status).toBe(422)
    expect(Problem.parse(body).errors?.map(({ path }) => path)).toEqual([field])
  })
})

test('payments are listed by order', async () => {
  const { request } = await startPayments()
  for (const order_id of [1, 2, 1]) await request('POST', '/payments', { body: { ...bill, order_id } })
  const listed = (await request('GET', '/payments?order_id=1')).body as Payment[]
  expect(listed.map(({ id }) => id)).toEqual([1, 3])
  expect((await request('GET', '/payments?order_id=x')).status).toBe(422)
})

describe('an idempotency key', () => {
  test('gives the first answer again, and creates nothing', async () => {
    const { request } = await startPayments()
    const headers = { 'idempotency-key': 'key-1' }
    const first = await request('POST', '/payments', { body: bill, headers })
    const second = await request('POST', '/payments', { body: { amount: 999.99, order_id: 1 }, headers })
    expect([second.status, second.body]).toEqual([201, first.body])
    expect([first, second].map((answer) => answer.headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    expect((await request('POST', '/payments', { body: { ...bill, amount: 1 }, headers })).status).toBe(422)
    expect((await request('GET', '/payments')).body).toHaveLength(1)
  })

  test('holds when requests race', async () => {
    const { request } = await startPayments()
    const headers = { 'idempotency-key': 'key-1' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => request('POST', '/payments', { body: bill, headers })),
    )
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect((await request('GET', '/payments')).body).toHaveLength(1)
  })
})

describe('the processor', () => {
  test('fails the share of payments that it is told to', () => {
    for (const failureRate of [0, 0.3, 1]) {
      const process = createProcessor({ failureRate, seed: 42 })
      const failed = Array.from({ length: 10_000 }, process).filter((status) => status === 'failed').length
      expect(failed / 10_000).toBeCloseTo(failureRate, 1)
    }
  })

  test('repeats its sequence with the same seed, and only then', () => {
    const sequence = (seed: number) =>
      Array.from({ length: 100 }, createProcessor({ failureRate: 0.3, seed })).join()
    expect(sequence(7)).toBe(sequence(7))
    expect(sequence(7)).not.toBe(sequence(8))
  })
})
