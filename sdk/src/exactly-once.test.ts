import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiResponse, createClient, type Payment } from './index.ts'
import { startPlatform, type TestPlatform } from './testing/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  // A thousand payments queue for ten connections to the database; how long that takes is not what is asked here.
  platform = await startPlatform({ environment: { UPSTREAM_TIMEOUT_SECONDS: '60' } })
})
afterAll(() => platform.stop())

const PAYMENTS = 1000

// With a new idempotency key for each attempt instead of each call, the same run leaves more than 1,100 payments.
test('a thousand payments at once through a gateway that crashes and comes back are a thousand payments', async () => {
  let answered = 0
  await using ms = createClient({
    baseUrl: platform.url,
    maxConcurrency: PAYMENTS,
    maxRetries: 20,
    timeoutMs: 100_000,
    attemptTimeoutMs: 100_000,
    backoff: { baseMs: 200, capMs: 1000 },
    hooks: {
      onResponse({ status }) {
        if (status === 201) answered += 1
      },
    },
  })
  const answeredUpTo = async (count: number) => {
    while (answered < count) await delay(1)
  }

  const all: Promise<ApiResponse<Payment>>[] = []
  for (let index = 0; index < PAYMENTS; index += 1) {
    all.push(ms.payments.create({ order_id: 1, amount: 1 + index / 100 }).withResponse())
  }
  for (const share of [0.2, 0.6]) {
    await answeredUpTo(PAYMENTS * share)
    await platform.kill('gateway')
    await delay(300)
    await platform.start('gateway')
  }
  const results = await Promise.all(all)

  const retried = results.filter(({ attempts }) => attempts > 1).length
  // Had nothing been lost, nothing would have been shown.
  expect(retried).toBeGreaterThan(10)
  expect(new Set(results.map(({ data }) => data.id)).size).toBe(PAYMENTS)
  const [row] = await platform.query<{ count: string; amounts: string }>(
    'payments',
    'SELECT count(*), count(DISTINCT amount) AS amounts FROM payments',
  )
  expect(row).toEqual({ count: String(PAYMENTS), amounts: String(PAYMENTS) })
}, 120_000)
