import {
  isApiError,
  isNotFoundError,
  type NewPayment,
  type Order,
  type Payment,
  type ServiceName,
  type User,
} from '@msctl/sdk'
import type { Text } from '../engine/index.ts'
import { inParallel } from './answer.ts'
import type { AnyLab } from './world.ts'

/** How many requests are on their way at a time. */
const AT_ONCE = 8

/** A new `Idempotency-Key` of this run, which is forgotten when the run ends. */
export function newIdempotencyKey(lab: AnyLab, service: ServiceName): string {
  forgetKeysAtEnd(lab, service)
  return `${lab.world.runId}-${lab.world.nextNumber()}`
}

/** Creates a user who is deleted when the run ends. */
export async function createUser(lab: AnyLab, name: string): Promise<User> {
  const idempotencyKey = newIdempotencyKey(lab, 'users')
  const email = `${lab.world.runId}-${lab.world.nextNumber()}@example.com`
  const user = await lab.world.client.users.create({ email, name }, { idempotencyKey })
  deleteAtEnd(lab, 'users', user.id)
  return user
}

/** Creates an order that is deleted when the run ends. */
export async function createOrder(
  lab: AnyLab,
  order: { readonly userId: number; readonly product: string; readonly quantity?: number },
): Promise<Order> {
  const created = await lab.world.client.orders.create(order, {
    idempotencyKey: newIdempotencyKey(lab, 'orders'),
  })
  deleteAtEnd(lab, 'orders', created.id)
  return created
}

/** Creates a payment that is deleted when the run ends. */
export async function createPayment(lab: AnyLab, payment: NewPayment): Promise<Payment> {
  const idempotencyKey = newIdempotencyKey(lab, 'payments')
  const created = await lab.world.client.payments.create(payment, { idempotencyKey })
  deleteAtEnd(lab, 'payments', created.id)
  return created
}

/** Makes the same payment many times, without a word; all are deleted when the run ends. */
export function createPayments(lab: AnyLab, payment: NewPayment, times: number): Promise<Payment[]> {
  return createMany(lab, 'payments', times, (idempotencyKey) =>
    lab.world.quietly.payments.create(payment, { idempotencyKey }),
  )
}

/** Creates many users, without a word; all are deleted when the run ends. */
export function createUsers(lab: AnyLab, times: number): Promise<User[]> {
  return createMany(lab, 'users', times, (idempotencyKey) =>
    lab.world.quietly.users.create(
      { email: `${idempotencyKey}@example.com`, name: 'Ann' },
      { idempotencyKey },
    ),
  )
}

async function createMany<T extends { readonly id: number }>(
  lab: AnyLab,
  service: ServiceName,
  times: number,
  create: (idempotencyKey: string) => Promise<T>,
): Promise<T[]> {
  const ids: number[] = []
  const keys = Array.from({ length: times }, () => newIdempotencyKey(lab, service))
  const title = { en: `Delete what was created in ${service}`, ru: `Удалить созданное в ${service}` }
  lab.cleanUp(title, () =>
    inParallel({ times: ids.length, concurrency: AT_ONCE }, (index) =>
      deleteIfThere(lab, service, ids[index] ?? 0),
    ),
  )
  return inParallel({ times, concurrency: AT_ONCE }, async (index) => {
    lab.signal.throwIfAborted()
    const created = await create(keys[index] ?? '')
    ids.push(created.id)
    return created
  })
}

const ONE: Readonly<Record<ServiceName, (id: number) => Text>> = {
  users: (id) => ({ en: `Delete user ${id}`, ru: `Удалить пользователя ${id}` }),
  orders: (id) => ({ en: `Delete order ${id}`, ru: `Удалить заказ ${id}` }),
  payments: (id) => ({ en: `Delete payment ${id}`, ru: `Удалить платёж ${id}` }),
}

/** Sees to it that an object is gone when the run ends. One that is gone already is fine. */
export function deleteAtEnd(lab: AnyLab, service: ServiceName, id: number): void {
  lab.cleanUp(ONE[service](id), () => deleteIfThere(lab, service, id))
}

/** How long a service, or its circuit, may take to come back before something can be deleted, in milliseconds. */
const BACK_WITHIN_MS = 90_000

/** Deletes an object without a word; one that is gone already is fine, and a service that is just coming back is waited for. */
export async function deleteIfThere(lab: AnyLab, service: ServiceName, id: number): Promise<void> {
  const isGone = () =>
    lab.world.quietly[service].delete(id).then(
      () => true as const,
      (error: unknown) => {
        if (isNotFoundError(error)) return true as const
        if (isApiError(error) && error.status >= 500) return undefined
        throw error
      },
    )
  if (await isGone()) return
  const title = { en: `${service} accepts deletions`, ru: `${service} принимает удаления` }
  await lab.waitFor(title, isGone, { withinMs: BACK_WITHIN_MS, everyMs: 500 })
}

/** The keys' own table would keep them for a day. */
function forgetKeysAtEnd(lab: AnyLab, service: ServiceName): void {
  const { keyed } = lab.world
  if (keyed.has(service)) return
  keyed.add(service)
  const title = {
    en: `Forget the idempotency keys in ${service}`,
    ru: `Забыть ключи идемпотентности в ${service}`,
  }
  lab.cleanUp(title, async () => {
    const database = await lab.world.databases[service].connect()
    try {
      await database.query('DELETE FROM idempotency_keys WHERE key LIKE $1', [`${lab.world.runId}-%`])
    } finally {
      await database.close()
    }
  })
}
