import { expectTypeOf, test } from 'vitest'
import {
  type Client,
  createClient,
  isApiError,
  isValidationError,
  type Order,
  type Payment,
  type User,
} from './index.ts'

// Checked by the compiler (`npm run check:types`): these functions are never called.
const ms = createClient()

test('results have the types of the contract', () => {
  const calls = async () => {
    expectTypeOf(await ms.users.create({ email: 'ann@example.com', name: 'Ann' })).toEqualTypeOf<User>()
    expectTypeOf(await ms.orders.list()).toEqualTypeOf<Order[]>()
    for await (const order of ms.orders.list({ userId: 1 })) expectTypeOf(order).toEqualTypeOf<Order>()
    expectTypeOf(await ms.payments.get(1)).toEqualTypeOf<Payment>()
    expectTypeOf<Payment['status']>().toEqualTypeOf<'pending' | 'completed' | 'failed'>()
    expectTypeOf(await ms.users.delete(1)).toEqualTypeOf<void>()
    const { user, orders } = await ms.users.details(1)
    expectTypeOf(user).toEqualTypeOf<User>()
    expectTypeOf(orders).toEqualTypeOf<Order[] | null>()
    const { data, cache } = await ms.users.get(1).withResponse()
    expectTypeOf(data).toEqualTypeOf<User>()
    expectTypeOf(cache).toEqualTypeOf<'HIT' | 'MISS' | 'BYPASS' | undefined>()
    expectTypeOf((await ms.gateway.health()).circuits.users.status).toEqualTypeOf<
      'CLOSED' | 'OPEN' | 'HALF_OPEN'
    >()
    expectTypeOf(await ms.gateway.metrics()).toEqualTypeOf<string>()
  }
  expectTypeOf(calls).toBeFunction()
})

test('input takes the fields that there are, and no others', () => {
  const calls = async () => {
    await ms.orders.create({ userId: 1, product: 'Lamp' })
    await ms.orders.update(1, { quantity: 2 })
    await ms.payments.update(1, { status: 'completed' })
    // @ts-expect-error a user has no age
    await ms.users.update(1, { age: 7 })
    // @ts-expect-error the id is not the caller's to change
    await ms.users.update(1, { id: 7 })
    // @ts-expect-error a user needs a name
    await ms.users.create({ email: 'ann@example.com' })
    // @ts-expect-error there is no such status
    await ms.payments.update(1, { status: 'paid' })
    // @ts-expect-error an id is a number
    await ms.users.get('1')
    // @ts-expect-error users are not filtered by user
    await ms.users.list({ userId: 1 })
    // @ts-expect-error there is no such service
    await ms.waitFor('cart', 'OPEN')
  }
  expectTypeOf(calls).toBeFunction()
})

test('guards narrow', () => {
  const look = (error: unknown) => {
    if (isValidationError(error))
      expectTypeOf(error.errors).toEqualTypeOf<{ path: string; message: string }[]>()
    else if (isApiError(error)) expectTypeOf(error.status).toEqualTypeOf<number>()
    else expectTypeOf(error).toEqualTypeOf<unknown>()
  }
  expectTypeOf(look).toBeFunction()
})

test('a client can be disposed of', () => {
  expectTypeOf<Client>().toExtend<AsyncDisposable>()
})
