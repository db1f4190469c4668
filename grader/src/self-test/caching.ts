import type { Cache } from '@msctl/kit'
import type { ServiceName } from '@msctl/sdk/contract'
import { faultsOf } from './fault-sheet.ts'
import { cachedBy } from './plain-cache.ts'
import { on } from './rewrite.ts'
import type { ServicePart, Switches } from './switches.ts'

const fault = faultsOf('caching')

/** Makes the sheets of a fault that each service has on its own. */
const each = (
  name: string,
  en: (path: string) => string,
  ru: (path: string) => string,
  switches: (service: ServiceName) => Switches,
) =>
  (['users', 'orders', 'payments'] as const).map((service) =>
    fault(`${service}-${name}`, en(`/${service}/{id}`), ru(`/${service}/{id}`), switches(service)),
  )

/** The cache forgets after one kind of request only. */
const keptAfter = (method: 'PUT' | 'DELETE') => (service: ServiceName) => ({
  [service]: {
    cache: cachedBy(),
    // The rules of the three services call the cache alike, so what is asked is seen at the HTTP.
    http: ({ keyOf, redis, ttlSeconds }: ServicePart) =>
      on(method, `/${service}/:id`, async (asked, next) => {
        const key = keyOf(Number(asked.path.split('/').at(-1)))
        const kept = await redis().get(key)
        const answer = await next(asked)
        if (kept !== null) await redis().set(key, kept, 'EX', ttlSeconds)
        return answer
      }),
  },
})

/** Reads past Redis. */
const bypassed = (cache: Cache): Cache => ({
  ...cache,
  read: async (id, load) => {
    const object = await load()
    return { key: String(id), json: object && JSON.stringify(object), outcome: 'BYPASS' }
  },
})

/** What students get wrong with the cache. */
export const CACHING_FAULTS = [
  ...each(
    'never-cached',
    (path) => `GET ${path} always asks the database; nothing is ever in Redis.`,
    (path) => `GET ${path} всегда идёт в базу; в Redis никогда ничего нет.`,
    (service) => ({ [service]: { cache: bypassed } }),
  ),
  ...each(
    'cache-kept-by-put',
    (path) => `After PUT ${path} the old value stays in the cache.`,
    (path) => `После PUT ${path} в кэше остаётся старое значение.`,
    keptAfter('PUT'),
  ),
  ...each(
    'cache-kept-by-delete',
    (path) => `After DELETE ${path} the value stays in the cache, and is still answered.`,
    (path) => `После DELETE ${path} значение остаётся в кэше и всё ещё отдаётся.`,
    keptAfter('DELETE'),
  ),
  fault(
    'users-cache-key-plural',
    'Users are cached as users:1 instead of user:1.',
    'Пользователи кэшируются под ключом users:1, а не user:1.',
    { users: { cache: cachedBy({ keyOf: (id) => `users:${id}` }) } },
  ),
  fault(
    'orders-cache-key-underscore',
    'Orders are cached as order_1 instead of order:1.',
    'Заказы кэшируются под ключом order_1, а не order:1.',
    { orders: { cache: cachedBy({ keyOf: (id) => `order_${id}` }) } },
  ),
  fault(
    'cache-key-shared',
    'All services cache under the bare id, so that they answer with one another’s objects.',
    'Все сервисы кэшируют под голым id и потому отдают чужие объекты.',
    {
      users: { cache: cachedBy({ keyOf: String }) },
      orders: { cache: cachedBy({ keyOf: String }) },
      payments: { cache: cachedBy({ keyOf: String }) },
    },
  ),
  fault(
    'users-cache-ttl-3000',
    'Users are cached for 3000 seconds.',
    'Пользователи кэшируются на 3000 секунд.',
    { users: { cache: cachedBy({ write: (redis, key, json) => redis.set(key, json, 'EX', 3000) }) } },
  ),
  fault('orders-cache-without-ttl', 'Orders are cached for ever.', 'Заказы кэшируются навсегда.', {
    orders: { cache: cachedBy({ write: (redis, key, json) => redis.set(key, json) }) },
  }),
  fault('payments-cache-ttl-60', 'Payments are cached for 60 seconds.', 'Платежи кэшируются на 60 секунд.', {
    payments: { cache: cachedBy({ write: (redis, key, json) => redis.set(key, json, 'EX', 60) }) },
  }),
  fault(
    'payments-cache-ttl-in-milliseconds',
    'Payments are cached for 300 milliseconds instead of seconds.',
    'Платежи кэшируются на 300 миллисекунд вместо секунд.',
    {
      payments: {
        cache: cachedBy({ write: (redis, key, json, ttlSeconds) => redis.set(key, json, 'PX', ttlSeconds) }),
      },
    },
  ),
  fault(
    'orders-cache-ttl-renewed',
    'Each read of an order sets its 300 seconds anew, so that they never end for what is read often.',
    'Каждое чтение заказа заново отсчитывает 300 секунд, и у часто читаемого они не кончаются никогда.',
    {
      orders: {
        cache: cachedBy(({ ttlSeconds }) => ({ read: (redis, key) => redis.getex(key, 'EX', ttlSeconds) })),
      },
    },
  ),
  fault(
    'payments-cache-holds-another',
    'The cache of a payment holds the payment before it.',
    'В кэше платежа лежит предыдущий платёж.',
    {
      payments: {
        cache: cachedBy({
          write: (redis, key, json, ttlSeconds) => {
            const payment = JSON.parse(json)
            return redis.set(key, JSON.stringify({ ...payment, id: payment.id - 1 }), 'EX', ttlSeconds)
          },
        }),
      },
    },
  ),
  fault(
    'users-cache-holds-a-mark',
    'Redis holds only a mark that a user was read; the user comes from the database each time.',
    'В Redis лежит только отметка, что пользователя читали; сам он каждый раз берётся из базы.',
    {
      users: {
        cache: cachedBy({
          read: async () => null,
          write: (redis, key, _json, ttlSeconds) => redis.set(key, 'cached', 'EX', ttlSeconds),
        }),
      },
    },
  ),
  fault(
    'orders-cache-never-read',
    'Orders are written to the cache, but never read from it.',
    'Заказы пишутся в кэш, но никогда из него не читаются.',
    { orders: { cache: cachedBy({ read: async () => null }) } },
  ),
  fault(
    'payments-cache-in-process',
    'Payments are cached in the memory of the process instead of Redis.',
    'Платежи кэшируются в памяти процесса, а не в Redis.',
    {
      payments: {
        cache: cachedBy(() => {
          const memory = new Map<string, string>()
          return {
            read: async (_redis, key) => memory.get(key) ?? null,
            write: async (_redis, key, json) => memory.set(key, json),
            invalidate: async (_redis, key) => memory.delete(key),
          }
        }),
      },
    },
  ),
  fault(
    'users-cache-loses-unicode',
    'Letters beyond ASCII become question marks in the cache.',
    'Буквы, которых нет в ASCII, превращаются в кэше в вопросительные знаки.',
    {
      users: {
        cache: cachedBy({
          write: (redis, key, json, ttlSeconds) =>
            redis.set(key, json.replace(/[^\0-\x7f]/g, '?'), 'EX', ttlSeconds),
        }),
      },
    },
    ['persistence.text'],
  ),
  fault(
    'users-put-caches-old',
    'PUT /users/{id} fills the cache with the user as it was before.',
    'PUT /users/{id} кладёт в кэш пользователя, каким он был раньше.',
    {
      users: {
        cache: cachedBy(),
        http: ({ query, keyOf, redis, ttlSeconds }) =>
          on('PUT', '/users/:id', async (asked, next) => {
            const id = Number(asked.path.split('/').at(-1))
            const [before] = Number.isInteger(id)
              ? await query({ name: '', text: 'SELECT * FROM users WHERE id = $1' }, [id])
              : []
            const answer = await next(asked)
            if (answer.status === 200) await redis().set(keyOf(id), JSON.stringify(before), 'EX', ttlSeconds)
            return answer
          }),
      },
    },
  ),
]
