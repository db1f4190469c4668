import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { faultsOf } from './fault-sheet.ts'
import type { Interceptor } from './http.ts'
import { answering, answeringEach, instead, on, sending, withStatus } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, Model, Row, ServiceSwitches, Switches } from './switches.ts'
import { inTable } from './table-model.ts'

const correctness = faultsOf('correctness')
const persistence = faultsOf('persistence')

/** The same switches in one service. */
const only = (service: ServiceName, switches: ServiceSwitches): Switches => ({ [service]: switches })
const before = (service: ServiceName, http: () => Interceptor) => only(service, { http })

/** Changes the list that a service answers with where it is asked for all, or for those of one other object. */
const listing = (
  service: ServiceName,
  of: 'all' | 'filtered',
  change: (rows: readonly unknown[]) => unknown,
) =>
  before(service, () =>
    on('GET', `/${service}`, (asked, next) => {
      const isFiltered = /userId=|order_id=/.test(asked.query)
      const answer = answering((rows) => change(rows as readonly unknown[]))
      return (of === 'filtered') === isFiltered ? answer(asked, next) : next(asked)
    }),
  )

const twice = (rows: readonly unknown[]) => [...rows, ...rows]

/** Deleted objects are only remembered to be so, in the memory of the process. */
function deletedInMemory(models: Model): Model {
  const deleted = new Set<number>()
  const isThere = (row: Row | undefined) => row !== undefined && !deleted.has(row.id)
  return {
    ...models,
    find: async (id) => (deleted.has(id) ? undefined : models.find(id)),
    list: async ({ limit, after }, filter) => {
      const rows: Row[] = []
      for (let last = after; ; ) {
        const page = await models.list({ limit, after: last }, filter)
        rows.push(...page.filter(isThere))
        last = page.at(-1)?.id ?? last
        if (page.length < limit || rows.length >= limit) return rows.slice(0, limit)
      }
    },
    update: async (query, id, changes) => (deleted.has(id) ? undefined : models.update(query, id, changes)),
    delete: async (_query, id) => {
      const isFound = isThere(await models.find(id))
      deleted.add(id)
      return isFound
    },
  }
}

const countingFrom1 = () => {
  let last = 0
  return () => ++last
}

/** What students get wrong with one service as with another. */
export const ALIKE_FAULTS = [
  ...SERVICES.flatMap((service) => [
    correctness(
      `${service}-list-capped-at-100`,
      `GET /${service} gives the first hundred and no more, whatever is asked for.`,
      `GET /${service} отдаёт первую сотню и не больше, что бы ни запросили.`,
      before(service, () =>
        on('GET', `/${service}`, (asked, next) =>
          answering((rows) => (rows as readonly unknown[]).slice(0, 100))(
            { ...asked, query: asked.query.replace(/\b(limit|after|skip|offset|page)=[^&]*&?/g, '') },
            next,
          ),
        ),
      ),
      [`correctness.${service}.list`],
    ),
    correctness(
      `${service}-list-doubled`,
      `GET /${service} gives each object twice.`,
      `GET /${service} отдаёт каждый объект дважды.`,
      listing(service, 'all', twice),
      [`correctness.${service}.list`],
    ),
    correctness(
      `${service}-put-changes-created_at`,
      `PUT /${service}/{id} changes created_at.`,
      `PUT /${service}/{id} меняет created_at.`,
      only(service, {
        models: (models) => ({
          ...models,
          update: async (query, id, changes) => {
            const updated = await models.update(query, id, changes)
            if (updated === undefined || updated === 'email taken') return updated
            const later = `UPDATE ${service} SET created_at = created_at + INTERVAL '7 seconds' WHERE id = $1 RETURNING *`
            return (await query<Row>(sql(later), [id]))[0]
          },
        }),
      }),
      [`correctness.${service}.update`, ...(service === 'payments' ? ['payments.updated-at'] : [])],
    ),
    persistence(
      `${service}-without-created_at`,
      `Answers of /${service} do not show created_at.`,
      `Ответы /${service} не показывают created_at.`,
      before(service, () =>
        on(
          '*',
          `/${service}(/:id)?`,
          answeringEach(({ created_at: _, ...fields }) => fields),
        ),
      ),
      ['persistence.fields'],
    ),
    persistence(
      `${service}-table-without-created_at`,
      `The table ${service} has no column created_at.`,
      `В таблице ${service} нет столбца created_at.`,
      only(service, {
        prepare: ({ query }) => query(sql(`ALTER TABLE ${service} DROP COLUMN IF EXISTS created_at`)),
        models: inTable({ columns: { created_at: undefined } }),
      }),
      ['persistence.tables', 'persistence.fields'],
    ),
    persistence(
      `${service}-deleted-come-back`,
      `What was deleted at /${service} is there again after a restart.`,
      `Удалённое через /${service} после перезапуска снова есть.`,
      only(service, { models: deletedInMemory }),
      [`persistence.${service}.survive-restart`],
    ),
  ]),
  ...(['orders', 'payments'] as const).map((service) =>
    persistence(
      `${service}-overwritten-after-restart`,
      `After a restart the ids of /${service} begin at 1, and new objects replace old ones.`,
      `После перезапуска id в /${service} начинаются с 1, и новые объекты заменяют старые.`,
      only(service, { models: inTable({ ids: countingFrom1 }) }),
      ['persistence.ids-go-on', `persistence.${service}.acknowledged-writes`],
    ),
  ),
  ...(['orders', 'payments'] as const).flatMap((service) => [
    correctness(
      `${service}-filter-doubled`,
      `A filtered GET /${service} gives each object twice.`,
      `GET /${service} с фильтром отдаёт каждый объект дважды.`,
      listing(service, 'filtered', twice),
      service === 'orders' ? ['correctness.orders.list', 'correctness.details.content'] : ['payments.filter'],
    ),
  ]),
  correctness(
    'orders-filter-capped',
    'GET /orders?userId= gives the first fifty orders and no more.',
    'GET /orders?userId= отдаёт первые пятьдесят заказов и не больше.',
    before('orders', () =>
      on('GET', '/orders', (asked, next) => {
        const userId = /userId=\d+/.exec(asked.query)?.[0]
        if (userId === undefined) return next(asked)
        const cut = answering((rows) => (rows as readonly unknown[]).slice(0, 50))
        return cut({ ...asked, query: `?${userId}` }, next)
      }),
    ),
    ['correctness.orders.list'],
  ),
  correctness(
    'payments-delete-takes-others',
    'DELETE /payments/{id} deletes all payments of the same order.',
    'DELETE /payments/{id} удаляет все платежи того же заказа.',
    only('payments', {
      models: (models) => ({
        ...models,
        delete: async (query, id) => {
          const others = 'SELECT order_id FROM payments WHERE id = $1'
          const all = sql(`DELETE FROM payments WHERE order_id IN (${others}) RETURNING id`)
          return (await query(all, [id])).length > 0
        },
      }),
    }),
    ['correctness.payments.delete'],
  ),
  correctness(
    'users-duplicate-email-race',
    'The e-mail is looked up first and stored later, and no column is UNIQUE: two users who come at once both get it.',
    'Почту сначала ищут, потом сохраняют, а столбец не UNIQUE: двое одновременных получают одну и ту же.',
    only('users', {
      prepare: ({ query }) => query(sql('ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key')),
      models: (models, { query }) => ({
        ...models,
        insert: async (within, { email, name }) => {
          const isTaken = (await query(sql('SELECT 1 FROM users WHERE email = $1'), [email])).length > 0
          if (isTaken) return 'email taken'
          await delay(200)
          const insert = sql('INSERT INTO users (email, name) VALUES ($1, $2) RETURNING *')
          return (await within<Row>(insert, [email, name]))[0] ?? 'email taken'
        },
        update: async (within, id, changes) => {
          const others = sql('SELECT 1 FROM users WHERE email = $1 AND id <> $2')
          const isTaken = changes.email !== undefined && (await query(others, [changes.email, id])).length > 0
          return isTaken ? 'email taken' : models.update(within, id, changes)
        },
      }),
    }),
    ['correctness.users.unique-email'],
  ),
  correctness(
    'gateway-422-becomes-500',
    'The gateway answers 500 where a service says 422.',
    'Шлюз отвечает 500 там, где сервис говорит 422.',
    { gateway: { http: () => instead([422], withStatus(500)) } },
    [...SERVICES.map((service) => `correctness.${service}.validation`), 'payments.status-values'],
  ),
  persistence(
    'orders-created_at-of-1970',
    'The created_at of every order is the beginning of 1970.',
    'created_at каждого заказа — начало 1970 года.',
    before('orders', () =>
      on(
        '*',
        '/orders(/:id)?',
        answeringEach((order) => ({ ...order, created_at: '1970-01-01T00:00:00Z' })),
      ),
    ),
    ['persistence.fields'],
  ),
  persistence(
    'orders-in-another-table',
    'Orders are kept in another table than orders.',
    'Заказы хранятся не в таблице orders.',
    only('orders', {
      prepare: ({ query }) => query(sql('CREATE TABLE IF NOT EXISTS order_rows (LIKE orders INCLUDING ALL)')),
      models: inTable({ table: 'order_rows' }),
    }),
    ['persistence.tables'],
  ),
  persistence(
    'all-in-one-database',
    'All services keep their rows in one database.',
    'Все сервисы хранят строки в одной базе данных.',
    { databaseOf: () => 'users' },
    ['persistence.tables'],
  ),
  persistence(
    'orders-lose-emoji',
    'Emoji become question marks in products.',
    'Эмодзи превращаются в названиях товаров в вопросительные знаки.',
    before('orders', () =>
      on(
        'POST PUT',
        '/orders(/:id)?',
        sending(({ product, ...order }: Fields) => ({
          ...order,
          ...(product === undefined
            ? {}
            : {
                product:
                  typeof product === 'string' ? product.replace(/[\u{10000}-\u{10ffff}]/gu, '?') : product,
              }),
        })),
      ),
    ),
    ['persistence.text'],
  ),
]
