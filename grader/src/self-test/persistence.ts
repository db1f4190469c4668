import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { faultsOf } from './fault-sheet.ts'
import { on, reply } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, Model, Row, ServicePart, Switches } from './switches.ts'

const fault = faultsOf('persistence')

/** Keeps everything in the memory of the process; the table stays empty. */
function keptInMemory(_models: Model, { service }: ServicePart): Model {
  const rows = new Map<number, Row>()
  let lastId = 0
  const isTaken = ({ email }: Fields, id?: number) =>
    service === 'users' && [...rows.values()].some((row) => row.email === email && row.id !== id)
  return {
    insert: async (_query, fields) => {
      if (isTaken(fields)) return 'email taken'
      lastId += 1
      const now = new Date().toISOString()
      const row = {
        id: lastId,
        ...fields,
        created_at: now,
        ...(service === 'payments' ? { updated_at: now } : {}),
      }
      rows.set(lastId, row)
      return row
    },
    list: async ({ limit, after }, filter = {}) =>
      [...rows.values()]
        .filter((row) => row.id > after)
        .filter(({ userId, order_id }) =>
          service === 'orders'
            ? (filter.userId ?? userId) === userId
            : (filter.order_id ?? order_id) === order_id,
        )
        .slice(0, limit),
    find: async (id) => rows.get(id),
    update: async (_query, id, changes) => {
      const row = rows.get(id)
      if (row === undefined) return undefined
      if (isTaken(changes, id)) return 'email taken'
      const touched = service === 'payments' ? { updated_at: new Date().toISOString() } : {}
      const updated = { ...row, ...changes, ...touched }
      rows.set(id, updated)
      return updated
    },
    delete: async (_query, id) => rows.delete(id),
  }
}

const prepared = (service: ServiceName, statement: string) => ({
  [service]: { prepare: ({ query }: ServicePart) => query(sql(statement)) },
})

/** What is created is gone when the service is stopped within five seconds, because it had not been written yet. */
const writtenLater = (service: ServiceName) => ({
  [service]: {
    prepare: async ({ query, onEnd }: ServicePart) => {
      const unwritten = sql(`DELETE FROM ${service} WHERE created_at > NOW() - INTERVAL '5 seconds'`)
      onEnd((how) => (how === 'restarted' ? undefined : query(unwritten)))
    },
  },
})

/** Edits are kept in memory, where everybody sees them until the service ends. */
function editedInMemory(models: Model, { service }: ServicePart): Model {
  const edits = new Map<number, Fields>()
  const edited = <T extends Row | undefined>(row: T): T => (row && { ...row, ...edits.get(row.id) }) as T
  return {
    ...models,
    list: async (page, filter) => (await models.list(page, filter)).map(edited),
    find: async (id) => edited(await models.find(id)),
    update: async (query, id, changes) => {
      const others = sql('SELECT FROM users WHERE email = $1 AND id <> $2')
      if (service === 'users' && (await query(others, [changes.email, id])).length > 0) return 'email taken'
      const touched = service === 'payments' ? { updated_at: new Date().toISOString() } : {}
      edits.set(id, { ...edits.get(id), ...changes, ...touched })
      return edited(await models.find(id))
    },
  }
}

/** An ordinary weak submission: nothing is stored, no circuit opens, and none is shown. */
const WEAK: Switches = {
  ...Object.fromEntries(SERVICES.map((service) => [service, { models: keptInMemory }])),
  gateway: {
    breakerOf: (make) => (service, options) => make(service, { ...options, failures: 1_000_000 }),
    http: () => on('GET', '/health', async () => reply(200, { status: 'healthy' })),
  },
}

/** What students get wrong with keeping data. */
export const PERSISTENCE_FAULTS = [
  fault(
    'weak-submission',
    'Everything is kept in memory, there is no circuit breaker, and /health shows no circuits.',
    'Всё хранится в памяти, предохранителей нет, /health их не показывает.',
    WEAK,
    [
      ...SERVICES.flatMap((service) => [
        `persistence.${service}.survive-restart`,
        `persistence.${service}.acknowledged-writes`,
        `circuit-breaker.${service}.opens-at-fifth`,
      ]),
      ...['persistence.tables', 'persistence.ids-go-on', 'circuit-breaker.health'],
    ],
  ),
  fault(
    'users-in-memory',
    'Users are kept in the memory of the process only.',
    'Пользователи хранятся только в памяти процесса.',
    { users: { models: keptInMemory } },
  ),
  fault(
    'orders-in-memory',
    'Orders are kept in the memory of the process only.',
    'Заказы хранятся только в памяти процесса.',
    { orders: { models: keptInMemory } },
  ),
  fault(
    'payments-in-memory',
    'Payments are kept in the memory of the process only.',
    'Платежи хранятся только в памяти процесса.',
    { payments: { models: keptInMemory } },
  ),
  fault(
    'orders-emptied-at-start',
    'The service drops its table and creates it anew at every start.',
    'Сервис при каждом запуске удаляет свою таблицу и создаёт её заново.',
    prepared('orders', 'TRUNCATE orders RESTART IDENTITY'),
  ),
  fault(
    'payments-emptied-at-start',
    'The service empties its table at every start.',
    'Сервис при каждом запуске очищает свою таблицу.',
    prepared('payments', 'TRUNCATE payments'),
  ),
  fault(
    'users-ids-start-again',
    'After a restart the first new user gets an id that is taken, which ends in a 500.',
    'После перезапуска первый новый пользователь получает занятый id, и ответ — 500.',
    prepared('users', "SELECT setval('users_id_seq', GREATEST((SELECT MAX(id) FROM users), 1), false)"),
  ),
  fault(
    'orders-ids-used-again',
    'After a restart a new order gets the id of one that was deleted.',
    'После перезапуска новый заказ получает id удалённого.',
    prepared(
      'orders',
      "SELECT setval('orders_id_seq', COALESCE((SELECT MAX(id) FROM orders), 0) + 1, false)",
    ),
  ),
  fault(
    'users-edits-lost',
    'What PUT /users/{id} changes is gone after a restart.',
    'Изменения, внесённые PUT /users/{id}, после перезапуска пропадают.',
    { users: { models: editedInMemory } },
  ),
  fault(
    'payments-edits-lost',
    'What PUT /payments/{id} changes is gone after a restart.',
    'Изменения, внесённые PUT /payments/{id}, после перезапуска пропадают.',
    { payments: { models: editedInMemory } },
  ),
  ...(['users', 'orders', 'payments'] as const).map((service) =>
    fault(
      `${service}-written-later`,
      `POST /${service} answers before anything is written; what was created just before the service ended is lost.`,
      `POST /${service} отвечает раньше, чем данные записаны; созданное перед самой остановкой теряется.`,
      writtenLater(service),
    ),
  ),
]
