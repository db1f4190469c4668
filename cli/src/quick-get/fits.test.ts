import { Order, Payment, User } from '@msctl/sdk/contract'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { fits } from './fits.ts'

const TIMES = ['2026-01-31T12:00:00.123Z', '2024-02-29T23:59:59.123456+05:30', '2026-12-31T00:00:00']
const USER = { id: 1, email: 'ann@example.com', name: 'Ann', created_at: TIMES[0] }
const ORDER = { id: 1, userId: 2, product: 'Laptop', quantity: 3, created_at: TIMES[1] }
const PAYMENT = {
  id: 2_147_483_647,
  order_id: 1,
  amount: 0.01,
  status: 'pending',
  created_at: TIMES[2],
  updated_at: TIMES[0],
}
const SCHEMAS = { users: User, orders: Order, payments: Payment }
const GOOD = { users: USER, orders: ORDER, payments: PAYMENT }
const RESOURCES = ['users', 'orders', 'payments'] as const

/** Whatever may stand in a field: of these, only what the contract allows may be let through. */
const VALUES: readonly unknown[] = [
  ...[undefined, null, true, [], {}, '', ' ', 'x', '1', '\0', 'a\0b', '\ud800', '😀'.repeat(128), 'é'],
  ...[0, -0, 1, -1, 1.5, 1e-9, 2_147_483_647, 2_147_483_648, 1e300, Number.MAX_SAFE_INTEGER],
  ...['x'.repeat(255), 'x'.repeat(256), `${'x'.repeat(250)}@a.bc`, `${'x'.repeat(251)}@a.bc`],
  ...['a@b.cd', 'a@b', 'a.b@c.de', '.a@b.cd', 'a.@b.cd', 'a..b@c.de', "o'neil@x.com", 'a@-b.cd', 'a@b..cd'],
  ...['a b@c.de', 'a@b.c1', 'ä@b.cd', 'A+b_c-d@E-f.GH', 'a@b.cd\n', '-a@b.cd', 'a@b-.cd', '@b.cd', 'a@.cd'],
  ...['pending', 'completed', 'failed', 'PENDING', 'toString'],
  ...[
    ...TIMES,
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-00-10T00:00:00Z',
  ],
  ...['2026-04-31T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z'],
  ...['2026-01-01 00:00:00Z', '2026-01-01T00:00Z', '2026-01-01T00:00', '2026-01-01', '2026-01-01T00:00:00.Z'],
  ...['2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00z', '0000-01-01T00:00:00Z', '1900-02-29T00:00:00Z'],
  ...['2000-02-29T00:00:00Z', '2026-01-01T00:00:00Z\n', '2026-01-01T00:00:00+0530', '9999-12-31T23:59:59.9Z'],
]

describe.for(RESOURCES)('one of the %s', (resource) => {
  const good = GOOD[resource]

  test('is let through as the platform sends it, with fields that the contract does not know', () => {
    expect(fits(resource, good)).toBe(true)
    expect(fits(resource, { ...good, more: { x: 1 } })).toBe(true)
  })

  test('is let through only if the contract allows it', () => {
    for (const field of Object.keys(good)) {
      for (const value of VALUES) {
        const data = { ...good, [field]: value }
        if (fits(resource, data))
          expect(z.safeParse(SCHEMAS[resource], data), field).toMatchObject({ success: true })
      }
    }
  })

  test.for([undefined, null, 1, 'x', [], {}])('is not %j', (data) => {
    expect(fits(resource, data)).toBe(false)
  })

  test.for(RESOURCES.filter((each) => each !== resource))('is none of the %s', (other) => {
    expect(fits(resource, GOOD[other])).toBe(false)
  })
})

test('what is shown as the details of a user is no plain user', () => {
  expect(fits('users', { ...USER, user: USER })).toBe(false)
})
