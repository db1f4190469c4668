import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { describe, expect, test } from 'vitest'
import { type Probed, probing } from '../testing/probing.ts'
import { startTestPlatform } from '../testing/start-test-platform.ts'
import { FAULTS } from './catalogue.ts'
import type { FaultSheet } from './fault-sheet.ts'
import type { Fields } from './switches.ts'

/** Whether a platform is seen to be wrong, or different, in the way of one sheet. */
type Probe = (platform: Probed) => Promise<boolean>

const UNKNOWN = 2_000_000_000
/** Long enough for a circuit that has opened to stay so, whatever else this machine has to do. */
const RESET_SECONDS = 30
/** For the sheets that are about the trial, which has to be awaited. */
const SHORT_RESET_SECONDS = 2
const IS_ABOUT_TRIAL =
  /^(half-open-|open-for-ever|open-until-asked|open-refuses-slowly|others-wait|details-wait)/
const IS_ABOUT_SLOWNESS = /slow|details-wait/
const reset = (share = 1) => delay(SHORT_RESET_SECONDS * 1000 * share)

const unique = () => `${crypto.randomUUID()}@example.com`

const isCachedAfterRead = async (t: Probed, service: ServiceName, key: string) => {
  const { id } = await t.create(service)
  await t.get(`/${service}/${id}`)
  return (await t.redis('EXISTS', key.replace('?', String(id)))) === 1
}
/** The key's time to live in milliseconds, after it was read. */
const ttlOf = async (t: Probed, service: ServiceName) => {
  const { id } = await t.create(service)
  await t.get(`/${service}/${id}`)
  return Number(await t.redis('PTTL', `${service.slice(0, -1)}:${id}`))
}
const cachedValue = async (t: Probed, service: ServiceName) => {
  const { id } = await t.create(service)
  await t.get(`/${service}/${id}`)
  return String(await t.redis('GET', `${service.slice(0, -1)}:${id}`))
}
/** What is answered once the cached value was replaced behind the service's back. */
const isServedFromRedis = async (t: Probed, service: ServiceName) => {
  const { id } = await t.create(service)
  await t.get(`/${service}/${id}`)
  await t.redis('SET', `${service.slice(0, -1)}:${id}`, JSON.stringify({ id: -5 }))
  return (await t.get(`/${service}/${id}`)).body.id === -5
}
const CHANGE = { users: { name: 'Eve' }, orders: { quantity: 9 }, payments: { amount: 1.5 } }
const isStaleAfterPut = async (t: Probed, service: ServiceName) => {
  const created = await t.create(service)
  const path = `/${service}/${created.id}`
  await t.get(path)
  await t.ask('PUT', path, CHANGE[service])
  const [field, value] = Object.entries(CHANGE[service])[0] ?? []
  return (await t.get(path)).body[field ?? ''] !== value
}
const isThereAfterDelete = async (t: Probed, service: ServiceName) => {
  const { id } = await t.create(service)
  await t.get(`/${service}/${id}`)
  await t.ask('DELETE', `/${service}/${id}`)
  return (await t.get(`/${service}/${id}`)).status === 200
}
const isGoneAfter = async (t: Probed, service: ServiceName, ...ways: ('stop' | 'kill' | 'restart')[]) => {
  for (const way of ways) {
    const { id } = await t.create(service)
    if (way === 'restart') await t.platform.control.restart()
    else {
      await t.platform.control[way](service)
      await t.platform.control.start(service)
    }
    if ((await t.get(`/${service}/${id}`)).status !== 404) return false
  }
  return true
}
const isEditLost = async (t: Probed, service: ServiceName) => {
  const { id } = await t.create(service)
  await t.ask('PUT', `/${service}/${id}`, CHANGE[service])
  await t.platform.control.restart()
  const [field, value] = Object.entries(CHANGE[service])[0] ?? []
  return (await t.get(`/${service}/${id}`)).body[field ?? ''] !== value
}
/** Whether one of so many new payments has a status. */
const isAmong = async (t: Probed, count: number, status: string) => {
  for (let i = 0; i < count; i++) if ((await t.create('payments')).status === status) return true
  return false
}
/** The share of new payments with a status. */
const shareOf = async (t: Probed, status: string) => {
  const payments: { status: string }[] = []
  while (payments.length < 200)
    payments.push(...(await Promise.all([1, 2, 3, 4, 5].map(() => t.create('payments')))))
  return payments.filter((payment) => payment.status === status).length / payments.length
}
const opens = async (t: Probed, service: ServiceName, after: number) => {
  await t.platform.control.stop(service)
  await t.fail(service, after)
  return (await t.circuit(service)).status === 'OPEN'
}
const afterFive = async (t: Probed, service: ServiceName = 'payments') => {
  await t.platform.control.stop(service)
  await t.fail(service, 5)
}
/** After how many seconds the circuit says that it tries again, counted from when it opened. */
const openFor = async (t: Probed) => {
  await afterFive(t)
  const { opened_at, retry_in_seconds } = await t.circuit('payments')
  return (Date.now() - Date.parse(opened_at)) / 1000 + retry_in_seconds
}
const untilTrial = async (t: Probed) => {
  await afterFive(t)
  await reset(1.2)
}
const create422 = async (t: Probed, service: ServiceName, body: unknown) =>
  (await t.ask('POST', `/${service}`, body)).status
const isListed = async (t: Probed, path: string, id: number) =>
  (await t.get(path)).body.some((each: { id: number }) => each.id === id)
const detailsOf = async (t: Probed) => {
  const user = await t.create('users')
  const other = await t.create('users')
  const order = await t.create('orders', { userId: user.id })
  const foreign = await t.create('orders', { userId: other.id })
  const { body } = await t.get(`/users/${user.id}/details`)
  return { user, order, foreign, body, ids: (body.orders as { id: number }[]).map(({ id }) => id) }
}

/** @param withinMs how long to look for it. */
/** How long something may take on a busy machine that is bound to happen. */
const BUSY_MS = 10_000
const becomesTrue = async (look: () => Promise<boolean>, withinMs = 1500) => {
  const deadline = performance.now() + withinMs
  while (!(await look())) {
    if (performance.now() > deadline) return false
    await delay(10)
  }
  return true
}
const isOpenAfterFailuresAroundSuccess = async (t: Probed, before: number, after: number) => {
  await t.platform.control.stop('users')
  await t.fail('users', before)
  await t.platform.control.start('users')
  await t.get('/users')
  await t.platform.control.stop('users')
  await t.fail('users', after)
  return (await t.circuit('users')).status === 'OPEN'
}
const duplicate = async (t: Probed) =>
  t.ask('POST', '/users', { email: (await t.create('users')).email, name: 'Bob' })
/** Whether a second read is served although the row has changed behind the service's back. */
const readsItsCache = async (t: Probed) => {
  const user = await t.create('users')
  await t.get(`/users/${user.id}`)
  await t.sql('users', `UPDATE users SET name = 'Eve' WHERE id = ${user.id}`)
  return JSON.stringify((await t.get(`/users/${user.id}`)).body) === JSON.stringify(user)
}
const isSlow = async (t: Probed) => {
  const answers = await Promise.all([1, 2, 3].map(() => t.get('/payments')))
  return answers.every(({ durationMs }) => durationMs >= 200)
}

/** The rest of a row, for so many of them as a statement adds at once. */
const ROWS: Record<ServiceName, string> = {
  users: "users (email, name) SELECT gen_random_uuid() || '@example.com', 'Ann'",
  orders: `orders ("userId", product) SELECT 77, 'Tea'`,
  payments: "payments (order_id, amount, status) SELECT 77, 9.75, 'completed'",
}
const fill = (t: Probed, service: ServiceName, count: number) =>
  t.sql(service, `INSERT INTO ${ROWS[service]} FROM generate_series(1, ${count})`)
const hasTwins = (rows: { id: number }[]) => new Set(rows.map(({ id }) => id)).size < rows.length
/** Whether the object is gone with another of the same fields that was deleted. */
const isDeletedWithAnother = async (t: Probed, service: ServiceName, fields: Fields) => {
  const [one, other] = [await t.create(service, fields), await t.create(service, fields)]
  await t.ask('DELETE', `/${service}/${one.id}`)
  return (await t.get(`/${service}/${other.id}`)).status === 404
}
const hasColumn = async (t: Probed, service: ServiceName, column: string, table: string = service) =>
  (
    await t.sql(
      service,
      `SELECT FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = '${column}'`,
    )
  ).length > 0
const keepsUserIdIn = async (t: Probed, column: string) => {
  const { id, userId } = await t.create('orders')
  await t.ask('PUT', `/orders/${id}`, { quantity: 7 })
  await t.platform.control.restart()
  const [order] = (await t.get(`/orders?userId=${userId}`)).body
  return order?.quantity === 7 && (await hasColumn(t, 'orders', column))
}
/** Opens a circuit, and has the service back. */
const openAlone = async (t: Probed, service: ServiceName) => {
  await afterFive(t, service)
  await t.platform.control.start(service)
}
const detailsPastCircuit = async (t: Probed, service: 'users' | 'orders') => {
  const { id } = await t.create('users')
  await openAlone(t, service)
  const { status, body } = await t.get(`/users/${id}/details`)
  return status === 200 && (service === 'users' ? body.user : body.orders) !== null
}
/** How many of three requests the service gets while none of them is answered. */
const trialsAtOnce = async (t: Probed) => {
  await untilTrial(t)
  await t.platform.control.start('payments')
  const { release, isAwaited } = await t.lock('payments')
  const answers = [t.get('/payments')]
  await becomesTrue(isAwaited, BUSY_MS)
  let refused = 0
  const others = [t.get('/payments'), t.get('/payments')]
  for (const other of others) void other.then(() => refused++)
  // A refusal takes its time on a busy machine; what is let through waits for the lock.
  await becomesTrue(async () => refused === others.length)
  const held = 1 + others.length - refused
  await release()
  await Promise.all([...answers, ...others])
  return held
}

const PROBES: Record<string, Probe> = {
  // alike in each service
  ...Object.fromEntries(
    SERVICES.flatMap((service): [string, Probe][] => [
      [
        `${service}-list-capped-at-100`,
        async (t) => {
          await fill(t, service, 100)
          return !(await isListed(t, `/${service}`, (await t.create(service)).id))
        },
      ],
      [
        `${service}-list-doubled`,
        async (t) => {
          await t.create(service)
          return hasTwins((await t.get(`/${service}`)).body)
        },
      ],
      [
        `${service}-put-changes-created_at`,
        async (t) => {
          const { id, created_at } = await t.create(service)
          await t.ask('PUT', `/${service}/${id}`, CHANGE[service])
          return (await t.get(`/${service}/${id}`)).body.created_at !== created_at
        },
      ],
      [`${service}-without-created_at`, async (t) => (await t.create(service)).created_at === undefined],
      [`${service}-table-without-created_at`, async (t) => !(await hasColumn(t, service, 'created_at'))],
      [
        `${service}-deleted-come-back`,
        async (t) => {
          const { id } = await t.create(service)
          await t.ask('DELETE', `/${service}/${id}`)
          const { status } = await t.get(`/${service}/${id}`)
          await t.platform.control.restart()
          return status === 404 && (await t.get(`/${service}/${id}`)).status === 200
        },
      ],
      [
        `${service}-overwritten-after-restart`,
        async (t) => {
          const { id } = await t.create(service)
          await t.platform.control.restart()
          return (await t.create(service)).id <= id
        },
      ],
    ]),
  ),
  // correctness: users
  'users-post-ignores-name': async (t) => (await t.create('users')).name !== 'Ann',
  'users-post-loses-unicode': async (t) => (await t.create('users', { name: 'Аня' })).name !== 'Аня',
  'users-post-accepts-missing-name': async (t) => (await create422(t, 'users', { email: unique() })) === 201,
  'users-post-rejects-but-stores': async (t) => {
    const email = unique()
    await create422(t, 'users', { email })
    return (await t.get('/users')).body.some((user: { email: string }) => user.email === email)
  },
  'users-duplicate-email-accepted': async (t) =>
    (await t.ask('POST', '/users', { email: (await t.create('users')).email, name: 'Bob' })).status === 201,
  'users-duplicate-email-500': async (t) =>
    (await t.ask('POST', '/users', { email: (await t.create('users')).email, name: 'Bob' })).status === 500,
  'users-put-accepts-duplicate-email': async (t) => {
    const [{ email }, { id }] = [await t.create('users'), await t.create('users')]
    return (await t.ask('PUT', `/users/${id}`, { email })).status === 200
  },
  'users-get-unknown-200': async (t) => (await t.get(`/users/${UNKNOWN}`)).status === 200,
  'users-put-resets-missing-fields': async (t) => {
    const { id } = await t.create('users')
    return (await t.ask('PUT', `/users/${id}`, { email: unique() })).body.name !== 'Ann'
  },
  'users-put-unknown-creates': async (t) => {
    await t.ask('PUT', '/users/1900000000', { email: unique(), name: 'Eve' })
    return (await t.get('/users/1900000000')).status === 200
  },
  'users-put-missing': async (t) =>
    (await t.ask('PUT', `/users/${(await t.create('users')).id}`, { name: 'Eve' })).status === 405,
  'users-delete-keeps': (t) => isThereAfterDelete(t, 'users'),
  'users-list-without-last': async (t) => !(await isListed(t, '/users', (await t.create('users')).id)),
  'users-ids-as-strings': async (t) => typeof (await t.create('users')).id === 'string',
  'users-get-first': async (t) => {
    await t.create('users')
    const { id } = await t.create('users')
    return (await t.get(`/users/${id}`)).body.id !== id
  },
  'users-duplicate-email-race': async (t) => {
    const user = { email: unique(), name: 'Ann' }
    const answers = await Promise.all([t.ask('POST', '/users', user), t.ask('POST', '/users', user)])
    return answers.every(({ status }) => status === 201)
  },
  // correctness: orders
  'orders-post-without-id': async (t) => (await t.create('orders')).id === undefined,
  'orders-default-quantity-null': async (t) =>
    (await t.create('orders', { quantity: undefined })).quantity === null,
  'orders-default-quantity-zero': async (t) =>
    (await t.create('orders', { quantity: undefined })).quantity === 0,
  'orders-product-truncated': async (t) => (await t.create('orders')).product !== 'A box of green tea',
  'orders-post-accepts-missing-product': async (t) => (await create422(t, 'orders', { userId: 1 })) === 201,
  'orders-mistyped-500': async (t) =>
    (await create422(t, 'orders', { userId: 1, product: 'Tea', quantity: 'many' })) === 500,
  'orders-get-unknown-500': async (t) => (await t.get(`/orders/${UNKNOWN}`)).status === 500,
  'orders-put-resets-quantity': async (t) => {
    const { id } = await t.create('orders')
    return (await t.ask('PUT', `/orders/${id}`, { product: 'Tea' })).body.quantity !== 3
  },
  'orders-put-not-applied': (t) => isStaleAfterPut(t, 'orders'),
  'orders-delete-answers-404': async (t) =>
    (await t.ask('DELETE', `/orders/${(await t.create('orders')).id}`)).status === 404,
  'orders-delete-takes-others': (t) => isDeletedWithAnother(t, 'orders', { userId: 7 }),
  'orders-list-capped': async (t) => {
    for (let i = 0; i < 11; i++) await t.create('orders')
    return (await t.get('/orders')).body.length === 10
  },
  'orders-filter-ignored': async (t) =>
    isListed(t, '/orders?userId=77', (await t.create('orders', { userId: 78 })).id),
  'orders-filter-by-id': async (t) => {
    const { id, userId } = await t.create('orders')
    return !(await isListed(t, `/orders?userId=${userId}`, id))
  },
  'orders-filter-substring': async (t) =>
    isListed(t, '/orders?userId=345', (await t.create('orders', { userId: 13456 })).id),
  'orders-answers-user_id': async (t) => (await t.create('orders')).userId === undefined,
  'orders-filter-doubled': async (t) =>
    hasTwins((await t.get(`/orders?userId=${(await t.create('orders')).userId}`)).body),
  'orders-filter-capped': async (t) => {
    await fill(t, 'orders', 50)
    return !(await isListed(t, '/orders?userId=77', (await t.create('orders', { userId: 77 })).id))
  },
  'orders-created_at-of-1970': async (t) => (await t.create('orders')).created_at.startsWith('1970'),
  'orders-lose-emoji': async (t) => (await t.create('orders', { product: 'Tea 🍵' })).product !== 'Tea 🍵',
  // correctness: payments
  'payments-post-accepts-missing-order': async (t) => (await create422(t, 'payments', { amount: 1 })) === 201,
  'payments-mistyped-accepted': async (t) =>
    (await create422(t, 'payments', { order_id: 1, amount: 'much' })) === 201,
  'payments-rejects-but-stores': async (t) => {
    await create422(t, 'payments', { order_id: 4242, amount: 'much' })
    return (await t.get('/payments?order_id=4242')).body.length > 0
  },
  'payments-get-unknown-200': async (t) => (await t.get(`/payments/${UNKNOWN}`)).status === 200,
  'payments-put-unknown-200': async (t) =>
    (await t.ask('PUT', `/payments/${UNKNOWN}`, { amount: 1 })).status === 200,
  'payments-put-resets-amount': async (t) => {
    const { id } = await t.create('payments')
    return (await t.ask('PUT', `/payments/${id}`, { status: 'failed' })).body.amount !== 9.75
  },
  'payments-delete-unknown-204': async (t) => (await t.ask('DELETE', `/payments/${UNKNOWN}`)).status === 204,
  'payments-delete-missing': async (t) =>
    (await t.ask('DELETE', `/payments/${(await t.create('payments')).id}`)).status === 405,
  'payments-list-missing': async (t) => (await t.get('/payments')).status === 404,
  'payments-answers-orderId': async (t) => (await t.create('payments')).order_id === undefined,
  'payments-delete-takes-others': (t) => isDeletedWithAnother(t, 'payments', { order_id: 7 }),
  'payments-filter-doubled': async (t) =>
    hasTwins((await t.get(`/payments?order_id=${(await t.create('payments')).order_id}`)).body),
  // correctness: the gateway
  'gateway-422-becomes-500': async (t) => (await create422(t, 'orders', {})) === 500,
  'status-html': async (t) => (await t.get('/status')).text.startsWith('<'),
  'status-missing': async (t) => (await t.get('/status')).status === 404,
  'status-500': async (t) => (await t.get('/status')).status === 500,
  'details-missing': async (t) =>
    (await t.get(`/users/${(await t.create('users')).id}/details`)).status === 404,
  'details-orders-of-everyone': async (t) => {
    const { ids, foreign } = await detailsOf(t)
    return ids.includes(foreign.id)
  },
  'details-orders-substring': async (t) => {
    const { id } = await t.create('users')
    const order = await t.create('orders', { userId: Number(`9${id}9`) })
    const { orders } = (await t.get(`/users/${id}/details`)).body
    return orders.some((each: { id: number }) => each.id === order.id)
  },
  'details-orders-lost': async (t) => {
    const { ids, order } = await detailsOf(t)
    return !ids.includes(order.id)
  },
  'details-orders-empty': async (t) => (await detailsOf(t)).ids.length === 0,
  'details-wrong-user': async (t) => {
    const { user, body } = await detailsOf(t)
    return body.user.id !== user.id
  },
  'details-unknown-200': async (t) => (await t.get(`/users/${UNKNOWN}/details`)).status === 200,
  'details-unknown-500': async (t) => (await t.get(`/users/${UNKNOWN}/details`)).status === 500,
  'details-sequential': async (t) => {
    // While the users' table is locked, do the orders get asked?
    const { id } = await t.create('users')
    const [users, orders] = await Promise.all([t.lock('users'), t.lock('orders')])
    const answer = t.get(`/users/${id}/details`)
    const isUserAwaited = await becomesTrue(users.isAwaited, BUSY_MS)
    const areOrdersAwaited = await becomesTrue(orders.isAwaited)
    await Promise.all([users.release(), orders.release()])
    await answer
    return isUserAwaited && !areOrdersAwaited
  },
  'details-orders-doubled': async (t) => hasTwins((await detailsOf(t)).body.orders),
  'details-orders-capped': async (t) => {
    const { id } = await t.create('users')
    for (let i = 0; i < 11; i++) await t.create('orders', { userId: id })
    return (await t.get(`/users/${id}/details`)).body.orders.length === 10
  },
  'details-remembered': async (t) => {
    const { id } = await t.create('users')
    await t.get(`/users/${id}/details`)
    await t.create('orders', { userId: id })
    return (await t.get(`/users/${id}/details`)).body.orders.length === 0
  },
  'details-ask-users-past-circuit': (t) => detailsPastCircuit(t, 'users'),
  'details-ask-orders-past-circuit': (t) => detailsPastCircuit(t, 'orders'),
  'details-ask-users-and-orders-past-circuit': async (t) =>
    (await detailsPastCircuit(t, 'orders')) && (await detailsPastCircuit(t, 'users')),
  'details-wait-when-open': async (t) => {
    const { id } = await t.create('users')
    await afterFive(t, 'orders')
    return (await t.get(`/users/${id}/details`)).durationMs >= SHORT_RESET_SECONDS * 500
  },
  'details-orders-lost-silently': async (t) => {
    const { id } = await t.create('users')
    await t.platform.control.stop('orders')
    return (await t.get(`/users/${id}/details`)).body.orders?.length === 0
  },
  // caching
  ...Object.fromEntries(
    SERVICES.flatMap((service): [string, Probe][] => [
      [
        `${service}-never-cached`,
        async (t) => !(await isCachedAfterRead(t, service, `${service.slice(0, -1)}:?`)),
      ],
      [`${service}-cache-kept-by-put`, (t) => isStaleAfterPut(t, service)],
      [`${service}-cache-kept-by-delete`, (t) => isThereAfterDelete(t, service)],
    ]),
  ),
  'users-cache-key-plural': (t) => isCachedAfterRead(t, 'users', 'users:?'),
  'orders-cache-key-underscore': (t) => isCachedAfterRead(t, 'orders', 'order_?'),
  'cache-key-shared': (t) => isCachedAfterRead(t, 'payments', '?'),
  'users-cache-ttl-3000': async (t) => (await ttlOf(t, 'users')) > 300_000,
  'orders-cache-without-ttl': async (t) => (await ttlOf(t, 'orders')) === -1,
  'payments-cache-ttl-60': async (t) => Math.ceil((await ttlOf(t, 'payments')) / 10_000) === 6,
  'payments-cache-ttl-in-milliseconds': async (t) => (await ttlOf(t, 'payments')) <= 300,
  'orders-cache-ttl-renewed': async (t) => {
    const { id } = await t.create('orders')
    await t.get(`/orders/${id}`)
    await t.redis('EXPIRE', `order:${id}`, '100')
    await t.get(`/orders/${id}`)
    return Number(await t.redis('TTL', `order:${id}`)) > 100
  },
  'payments-cache-holds-another': async (t) => {
    const { id } = await t.create('payments')
    await t.get(`/payments/${id}`)
    return (await t.get(`/payments/${id}`)).body.id !== id
  },
  'users-cache-holds-a-mark': async (t) => !(await cachedValue(t, 'users')).includes('Ann'),
  'orders-cache-never-read': async (t) =>
    (await isCachedAfterRead(t, 'orders', 'order:?')) && !(await isServedFromRedis(t, 'orders')),
  'payments-cache-in-process': async (t) => !(await isCachedAfterRead(t, 'payments', 'payment:?')),
  'users-cache-loses-unicode': async (t) => {
    const { id } = await t.create('users', { name: 'Аня' })
    await t.get(`/users/${id}`)
    return (await t.get(`/users/${id}`)).body.name === '???'
  },
  'users-put-caches-old': (t) => isStaleAfterPut(t, 'users'),
  // payments
  'payments-never-fail': async (t) => !(await isAmong(t, 60, 'failed')),
  'payments-always-fail': async (t) => !(await isAmong(t, 20, 'completed')),
  // By chance, a hundred could leave these bounds; with the seed they never do.
  'payments-half-fail': async (t) => (await shareOf(t, 'failed')) > 0.4,
  'payments-tenth-fails': async (t) => (await shareOf(t, 'failed')) < 0.2,
  'payments-rate-reversed': async (t) => (await shareOf(t, 'failed')) > 0.5,
  'payments-stay-pending': async (t) => (await t.create('payments')).status === 'pending',
  'payments-status-unknown': (t) => isAmong(t, 20, 'success'),
  'payments-periodic': async (t) => {
    const statuses: string[] = []
    for (let i = 0; i < 60; i++) statuses.push((await t.create('payments')).status)
    return statuses.slice(10).every((status, index) => status === statuses[index])
  },
  'payments-amount-truncated': async (t) => (await t.create('payments')).amount === 9,
  'payments-updated_at-kept': async (t) => {
    const { id, updated_at } = await t.create('payments')
    return (await t.ask('PUT', `/payments/${id}`, { amount: 2 })).body.updated_at === updated_at
  },
  'payments-status-any-word': async (t) => {
    const { id } = await t.create('payments')
    return (await t.ask('PUT', `/payments/${id}`, { status: 'paid' })).body.status === 'paid'
  },
  'payments-post-takes-status': async (t) =>
    (await t.create('payments', { status: 'pending' })).status === 'pending',
  'payments-amount-decides': async (t) => {
    for (let i = 0; i < 20; i++)
      if ((await t.create('payments', { amount: 60_000 })).status !== 'failed') return false
    return true
  },
  'payments-put-status-ignored': async (t) => {
    const { id } = await t.create('payments')
    return (await t.ask('PUT', `/payments/${id}`, { amount: 2, status: 'pending' })).body.status !== 'pending'
  },
  'payments-put-processes-again': async (t) => {
    const { id } = await t.create('payments')
    return (await t.ask('PUT', `/payments/${id}`, { amount: 2 })).body.status === 'pending'
  },
  'payments-filter-ignored': async (t) =>
    isListed(t, '/payments?order_id=77', (await t.create('payments', { order_id: 78 })).id),
  'payments-filter-substring': async (t) =>
    isListed(t, '/payments?order_id=345', (await t.create('payments', { order_id: 13456 })).id),
  // persistence
  'weak-submission': async (t) =>
    (await isGoneAfter(t, 'users', 'restart')) && (await t.get('/health')).body.circuits === undefined,
  'orders-in-another-table': async (t) => {
    const { id } = await t.create('orders')
    return (await t.sql('orders', `SELECT FROM orders WHERE id = ${id}`)).length === 0
  },
  'all-in-one-database': (t) => hasColumn(t, 'users', 'userId', 'orders'),
  'users-in-memory': (t) => isGoneAfter(t, 'users', 'restart'),
  'orders-in-memory': (t) => isGoneAfter(t, 'orders', 'stop'),
  'payments-in-memory': (t) => isGoneAfter(t, 'payments', 'kill'),
  'orders-emptied-at-start': (t) => isGoneAfter(t, 'orders', 'restart'),
  'payments-emptied-at-start': (t) => isGoneAfter(t, 'payments', 'stop'),
  'users-ids-start-again': async (t) => {
    await t.create('users')
    await t.platform.control.restart()
    return (await t.create('users')).id === undefined
  },
  'orders-ids-used-again': async (t) => {
    const { id } = await t.create('orders')
    await t.ask('DELETE', `/orders/${id}`)
    await t.platform.control.restart()
    return (await t.create('orders')).id === id
  },
  'users-edits-lost': (t) => isEditLost(t, 'users'),
  'payments-edits-lost': (t) => isEditLost(t, 'payments'),
  ...Object.fromEntries(
    SERVICES.map((service): [string, Probe] => [
      `${service}-written-later`,
      (t) => isGoneAfter(t, service, 'stop', 'kill'),
    ]),
  ),
  // the circuit breaker
  'breaker-missing': async (t) => !(await opens(t, 'orders', 6)),
  ...Object.fromEntries(
    SERVICES.map((service): [string, Probe] => [
      `${service}-without-breaker`,
      async (t) => !(await opens(t, service, 6)),
    ]),
  ),
  'breaker-opens-at-third': (t) => opens(t, 'users', 3),
  'breaker-opens-at-sixth': async (t) => !(await opens(t, 'users', 5)),
  'breaker-opens-at-tenth': async (t) => !(await opens(t, 'users', 9)),
  'orders-breaker-opens-at-third': (t) => opens(t, 'orders', 4),
  'breaker-counts-4xx': async (t) => {
    const statuses = await t.fail('orders', 5)
    return statuses.includes(404) && (await t.circuit('orders')).status === 'OPEN'
  },
  'breaker-counts-in-total': (t) => isOpenAfterFailuresAroundSuccess(t, 4, 1),
  'breaker-success-takes-one-off': (t) => isOpenAfterFailuresAroundSuccess(t, 4, 2),
  'breaker-shared': async (t) => {
    await afterFive(t, 'users')
    return (await t.get('/orders')).status === 503
  },
  'breaker-opens-others': async (t) => {
    await afterFive(t, 'users')
    return (await t.circuit('payments')).status === 'OPEN'
  },
  'health-always-closed': async (t) => !(await opens(t, 'users', 5)),
  'health-count-always-zero': async (t) => {
    await t.platform.control.stop('users')
    await t.fail('users', 3)
    return (await t.circuit('users')).failure_count !== 3
  },
  'health-without-circuits': async (t) => (await t.get('/health')).body?.circuits === undefined,
  'health-missing': async (t) => (await t.get('/health')).status === 404,
  'health-html': async (t) => (await t.get('/health')).text.startsWith('<'),
  'open-refuses-slowly': async (t) => {
    await afterFive(t, 'users')
    return (await t.get('/users')).durationMs >= SHORT_RESET_SECONDS * 200
  },
  'open-answers-200': async (t) => {
    await afterFive(t, 'users')
    return (await t.get('/users')).status === 200
  },
  'open-still-sends': async (t) => {
    await afterFive(t, 'users')
    await t.platform.control.start('users')
    const email = unique()
    const { status } = await t.ask('POST', '/users', { email, name: 'Ann' })
    const isStored = async () =>
      (await t.sql('users', `SELECT FROM users WHERE email = '${email}'`)).length > 0
    return status === 503 && becomesTrue(isStored)
  },
  'open-for-ever': async (t) => {
    await untilTrial(t)
    await t.platform.control.start('payments')
    return (await t.get('/payments')).status === 503
  },
  'open-too-long': async (t) => (await openFor(t)) > RESET_SECONDS * 1.4,
  'open-a-fifth-too-long': async (t) => (await openFor(t)) > RESET_SECONDS * 1.15,
  'open-too-short': async (t) => (await openFor(t)) < RESET_SECONDS * 0.8,
  'payments-open-too-long': async (t) => (await openFor(t)) > RESET_SECONDS * 1.4,
  'half-open-for-all': async (t) => (await trialsAtOnce(t)) === 3,
  'half-open-for-two': async (t) => (await trialsAtOnce(t)) === 2,
  'post-past-circuit': async (t) => {
    await openAlone(t, 'payments')
    return (await t.create('payments')).id !== undefined
  },
  'lists-past-circuit': async (t) => {
    await openAlone(t, 'payments')
    return (await t.get('/payments')).status === 200
  },
  'half-open-failure-closes': async (t) => {
    await untilTrial(t)
    await t.fail('payments', 1)
    return (await t.circuit('payments')).status === 'CLOSED'
  },
  'half-open-failure-stays': async (t) => {
    await untilTrial(t)
    await t.fail('payments', 1)
    return (await t.circuit('payments')).status === 'HALF_OPEN'
  },
  'half-open-failure-without-waiting': async (t) => {
    await untilTrial(t)
    const [, second] = await t.fail('payments', 2)
    return second === 502
  },
  'half-open-success-not-enough': async (t) => {
    await untilTrial(t)
    await t.platform.control.start('payments')
    await t.get('/payments')
    return (await t.circuit('payments')).status !== 'CLOSED'
  },
  // advice
  'textbook-cache': async (t) => {
    const { id } = await t.create('users')
    for (let round = 0; round < 30; round++) {
      const name = `round ${round}`
      await t.redis('DEL', `user:${id}`)
      const reader = t.get(`/users/${id}`)
      await delay(round % 6)
      await t.ask('PUT', `/users/${id}`, { name })
      await reader
      if ((await t.get(`/users/${id}`)).body.name !== name) return true
    }
    return false
  },
  'unstorable-text-500': async (t) =>
    (await create422(t, 'users', '{"email": "a@example.com", "name": "a\\u0000b"}')) === 500,
  'big-id-500': async (t) => (await t.get('/orders/99999999999')).status === 500,
  'hanging-service-awaited': async (t) => {
    const { release, isAwaited } = await t.lock('payments')
    const controller = new AbortController()
    const answer = fetch(`${t.platform.url}/payments`, { signal: controller.signal }).catch(() => undefined)
    await becomesTrue(isAwaited)
    const isAnswered = await Promise.race([answer.then(() => true), delay(4500).then(() => false)])
    await release()
    controller.abort()
    return !isAnswered
  },
  'filter-without-index': async (t) =>
    (await t.sql('orders', `SELECT FROM pg_indexes WHERE indexdef LIKE '%("userId"%'`)).length === 0,
  'cut-off-at-stop': async (t) => {
    const { release, isAwaited } = await t.lock('payments')
    const answer = t.get('/payments').then(({ status }) => status)
    await becomesTrue(isAwaited)
    const stopped = t.platform.control.stop('payments')
    await delay(50)
    await release()
    await stopped
    return (await answer) !== 200
  },
  // Variants: what makes them different. That they are correct is for the checks of verify to find.
  'post-answers-200': async (t) =>
    (await t.ask('POST', '/users', { email: unique(), name: 'Ann' })).status === 200,
  'delete-answers-200': async (t) =>
    (await t.ask('DELETE', `/users/${(await t.create('users')).id}`)).status === 200,
  'duplicate-400': async (t) => (await duplicate(t)).status === 400,
  'duplicate-422': async (t) => (await duplicate(t)).status === 422,
  'validation-400': async (t) => (await create422(t, 'orders', {})) === 400,
  'bare-errors': async (t) => Object.keys((await t.get('/users/0')).body).join() === 'detail',
  'errors-without-body': async (t) => (await t.get('/users/0')).text === '',
  'further-fields': async (t) => 'version' in (await t.create('orders')),
  'keys-in-other-order': async (t) => Object.keys(await t.create('users'))[0] !== 'id',
  'trailing-slashes': async (t) => {
    const { status } = await t.get('/users')
    return status === 307 && (await t.get('/users/')).status === 200
  },
  'times-without-zone': async (t) => !(await t.create('orders')).created_at.endsWith('Z'),
  'times-with-offset': async (t) => /T[\d:]{8}\+00:00$/.test((await t.create('orders')).created_at),
  'lists-descending': async (t) => {
    const [one, other] = [await t.create('users'), await t.create('users')]
    const ids = (await t.get('/users')).body.map(({ id }: { id: number }) => id)
    return ids.indexOf(other.id) < ids.indexOf(one.id)
  },
  'ids-from-1000': async (t) => (await t.create('payments')).id >= 1000,
  'data-already-there': async (t) => (await t.get('/orders')).body.length >= 500,
  'slow-services': async (t) => (await t.get('/users')).durationMs >= 200 && (await isSlow(t)),
  'unknown-fields-refused': async (t) =>
    (await create422(t, 'users', { email: unique(), name: 'Ann', age: 5 })) === 422,
  'unknown-status-ignored': async (t) => {
    const { id, status } = await t.create('payments')
    const answer = await t.ask('PUT', `/payments/${id}`, { status: 'paid' })
    return answer.status === 200 && answer.body.status === status
  },
  'payments-decided-later': async (t) => {
    const { id, status } = await t.create('payments')
    const isDecided = async () => (await t.get(`/payments/${id}`)).body.status !== 'pending'
    return status === 'pending' && becomesTrue(isDecided)
  },
  'lists-paged': async (t) => {
    await fill(t, 'orders', 60)
    const [first, second] = [await t.get('/orders'), await t.get('/orders?skip=50')]
    return first.body.length === 50 && second.body[0].id !== first.body[0].id
  },
  'lists-in-envelope': async (t) => Array.isArray((await t.get('/users')).body.items),
  'post-answers-id-alone': async (t) => Object.keys(await t.create('users')).join() === 'id,message',
  'types-coerced': async (t) =>
    (await t.create('orders', { userId: '7', quantity: '2', product: 5 })).product === '5',
  'emails-in-lower-case': async (t) =>
    (await t.create('users', { email: unique().toUpperCase() })).email.endsWith('@example.com'),
  'details-5xx-without-orders': async (t) => {
    const { id } = await t.create('users')
    await t.platform.control.stop('orders')
    return (await t.get(`/users/${id}/details`)).status === 503
  },
  'details-filtered-in-gateway': async (t) => {
    const { ids, order, foreign } = await detailsOf(t)
    await t.platform.control.stop('orders')
    const { status } = await t.get('/users/1/details')
    return ids.includes(order.id) && !ids.includes(foreign.id) && status >= 500
  },
  'columns-in-lower-case': (t) => keepsUserIdIn(t, 'userid'),
  'columns-in-snake-case': (t) => keepsUserIdIn(t, 'user_id'),
  'tables-with-more-columns': (t) => hasColumn(t, 'users', 'note'),
  'ids-with-gaps': async (t) => (await t.create('users')).id + 10 === (await t.create('users')).id,
  'cache-in-base64': async (t) =>
    (await readsItsCache(t)) && /^[\w+/]+=*$/.test(await cachedValue(t, 'users')),
  'cache-in-python': async (t) =>
    (await readsItsCache(t)) && (await cachedValue(t, 'users')).includes("'name': 'Ann'"),
  'cache-in-envelope': async (t) =>
    (await readsItsCache(t)) && (await cachedValue(t, 'users')).startsWith('v1|'),
  'cache-in-hash': async (t) => {
    const { id } = await t.create('payments')
    await t.get(`/payments/${id}`)
    return (await readsItsCache(t)) && (await t.redis('TYPE', `payment:${id}`)) === 'hash'
  },
  'cache-filled-by-writes': async (t) => {
    const { id } = await t.create('orders')
    await t.ask('PUT', `/orders/${id}`, { quantity: 8 })
    const cached = await t.redis('GET', `order:${id}`)
    return cached !== null && (await t.get(`/orders/${id}`)).body.quantity === 8
  },
  'cache-ttl-jittered': async (t) => {
    const ttls = new Set<number>()
    for (let i = 0; i < 12; i++) ttls.add(Math.ceil((await ttlOf(t, 'users')) / 1000))
    return ttls.size > 3 && [...ttls].every((ttl) => ttl > 290 && ttl <= 300)
  },
  'open-answers-502': async (t) => {
    await afterFive(t)
    return (await t.get('/payments')).status === 502
  },
  'open-answers-504': async (t) => {
    await afterFive(t)
    return (await t.get('/payments')).status === 504
  },
  'count-zero-once-open': async (t) => {
    await afterFive(t)
    return (await t.circuit('payments')).failure_count === 0
  },
  'count-rises-while-open': async (t) => {
    await afterFive(t)
    await t.fail('payments', 2)
    return (await t.circuit('payments')).failure_count === 7
  },
  'open-until-asked': async (t) => {
    await untilTrial(t)
    const shown = (await t.circuit('payments')).status
    await t.platform.control.start('payments')
    return shown === 'OPEN' && (await t.get('/payments')).status === 200
  },
  'health-with-more': async (t) => Array.isArray((await t.get('/health')).body.services),
  'health-by-other-names': async (t) =>
    (await t.get('/health')).body.circuit_breakers?.users_service.state === 'CLOSED',
  'health-503-while-open': async (t) => {
    await afterFive(t)
    return (await t.get('/health')).status === 503
  },
  'states-in-lower-case': async (t) => (await t.circuit('users')).status === 'closed',
  'others-wait-for-trial': async (t) => {
    await untilTrial(t)
    await t.platform.control.start('payments')
    const answers = await Promise.all([t.get('/payments'), t.get('/payments'), t.get('/payments')])
    return answers.every(({ status }) => status === 200)
  },
  'assignment-sketch': async (t) => {
    const { ids, order, foreign } = await detailsOf(t)
    const isRight = ids.includes(order.id) && !ids.includes(foreign.id)
    const { status } = await duplicate(t)
    await t.platform.control.stop('orders')
    return isRight && status === 400 && (await t.get('/users/1/details')).status >= 500
  },
}

const options = (resetSeconds: number) => ({ resetSeconds, environment: { PAYMENT_SEED: '3' } })

/** A gateway can be replaced on a platform that goes on; what else is different may leave traces in the data. */
const isGatewayAlone = ({ switches }: FaultSheet) => Object.keys(switches).join() === 'gateway'

/** Sheets that concern one service each can be tried on one platform, as they do not meet. */
function groupSheets(): FaultSheet[][] {
  const alone: FaultSheet[][] = []
  const byService: Record<ServiceName, FaultSheet[]> = { users: [], orders: [], payments: [] }
  for (const sheet of FAULTS) {
    if (isGatewayAlone(sheet)) continue
    const [part, other] = Object.keys(sheet.switches)
    const list = other === undefined ? byService[part as ServiceName] : undefined
    if (list === undefined) alone.push([sheet])
    else list.push(sheet)
  }
  const rows = Math.max(...Object.values(byService).map((list) => list.length))
  const together = Array.from({ length: rows }, (_, row) =>
    Object.values(byService).flatMap((list) => list[row] ?? []),
  )
  return [...alone, ...together]
}

describe('every sheet of the catalogue', { concurrent: true, timeout: 240_000 }, () => {
  const lanes = [0, 1, 2, 3, 4, 5].map((lane) => ({
    lane,
    resetSeconds: lane < 2 ? SHORT_RESET_SECONDS : RESET_SECONDS,
    sheets: FAULTS.filter(({ name }) => IS_ABOUT_TRIAL.test(name) === lane < 2).filter((_, index) =>
      lane < 2 ? index % 2 === lane : index % 4 === lane - 2,
    ),
  }))
  test.for(lanes)(
    'is seen, where it is the gateway’s, and no sheet on the platform as it is ($lane)',
    async (lane, context) => {
      const platform = await startTestPlatform(options(lane.resetSeconds), context.onTestFinished)
      const probed = probing(platform)
      context.onTestFinished(probed.close)
      for (const sheet of lane.sheets) {
        const { name } = sheet
        if (isGatewayAlone(sheet)) {
          await platform.become([name])
          context.expect([name, await PROBES[name]?.(probed)]).toEqual([name, true])
        }
        // A busy machine is slow without any fault.
        if (IS_ABOUT_SLOWNESS.test(name)) continue
        await platform.become([])
        context.expect([name, await PROBES[name]?.(probed)]).toEqual([name, false])
      }
    },
  )

  const groups = groupSheets().map((sheets) => sheets.map(({ name }) => name))
  test.for(groups)('%s', async (names, context) => {
    const platform = await startTestPlatform(
      { faults: names, ...options(RESET_SECONDS) },
      context.onTestFinished,
    )
    const probed = probing(platform)
    context.onTestFinished(probed.close)
    for (const name of names) {
      context.expect([name, await PROBES[name]?.(probed)]).toEqual([name, true])
    }
  })
})

test('names are unique, and every sheet says in both languages what it is about', () => {
  const names = FAULTS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { title } of FAULTS)
    expect(title).toEqual({ en: expect.any(String), ru: expect.stringMatching(/[а-я]/i) })
})
