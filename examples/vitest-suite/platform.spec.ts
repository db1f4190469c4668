// A test suite against a running platform, to start your own from.
//
//   ./msctl up && npx vitest run --root examples/vitest-suite
import { randomUUID } from 'node:crypto'
import { createClient, isConflictError, isNotFoundError, type User } from '@msctl/sdk'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

// No retries: a test wants to see the first answer.
const ms = createClient({ baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000', maxRetries: 0 })

beforeAll(async () => {
  const { status } = await ms.gateway.ready()
  if (status !== 'ready') throw new Error('The platform is not ready: run ./msctl up')
})
afterAll(() => ms.close())

/** A user of this test's own, removed after it, so that tests can run at once and again. */
async function makeUser(): Promise<User> {
  const user = await ms.users.create({ email: `${randomUUID()}@example.com`, name: 'Ann' })
  onTestFinished(async () => {
    await ms.users.delete(user.id).catch((error: unknown) => {
      if (!isNotFoundError(error)) throw error
    })
  })
  return user
}

describe('users', () => {
  test('are there after they were created', async () => {
    const user = await makeUser()
    expect(await ms.users.get(user.id)).toEqual(user)
  })

  test('have an e-mail address of their own', async () => {
    const { email } = await makeUser()
    const error = await ms.users.create({ email, name: 'Another' }).catch((reason: unknown) => reason)
    expect(isConflictError(error)).toBe(true)
  })

  test('are gone after they were deleted', async () => {
    const { id } = await makeUser()
    await ms.users.delete(id)
    await expect(ms.users.get(id)).rejects.toSatisfy(isNotFoundError)
  })
})

describe('the cache', () => {
  test('misses once, then hits', async () => {
    const { id } = await makeUser()
    expect((await ms.users.get(id).withResponse()).cache).toBe('MISS')
    expect((await ms.users.get(id).withResponse()).cache).toBe('HIT')
  })

  test('never gives the old name after a change', async () => {
    const { id } = await makeUser()
    await ms.users.get(id)
    await ms.users.update(id, { name: 'Anna' })
    expect((await ms.users.get(id)).name).toBe('Anna')
  })
})

describe('details', () => {
  test('are a user with its orders, and nobody else’s', async () => {
    const [ann, bob] = await Promise.all([makeUser(), makeUser()])
    const order = await ms.orders.create({ userId: ann.id, product: 'Lamp' })
    await ms.orders.create({ userId: bob.id, product: 'Desk' })
    expect(await ms.users.details(ann.id)).toEqual({ user: ann, orders: [order] })
  })
})
