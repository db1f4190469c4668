import { setTimeout as delay } from 'node:timers/promises'
import type { Cache } from '@msctl/kit'
import { faultsOf } from './fault-sheet.ts'
import type { Answered, Asked, Interceptor } from './http.ts'
import { cachedBy } from './plain-cache.ts'
import { on, parse, reply } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, GatewayPart, ServicePart, Switches } from './switches.ts'

const fault = faultsOf('advice')

const KEY = 'idempotency-key'
/** More readers at a time than a service that sheds load takes. */
const CROWD = 5
/** Slower than any read from a database nearby, in milliseconds. */
const SLOW_HIT_MS = 60

const withoutKey = (asked: Asked): Asked => {
  const { [KEY]: _, ...headers } = asked.headers
  return { ...asked, headers }
}

/** Stands before POST /payments; what it remembers is the service's memory. */
const paying = (
  make: () => (asked: Asked, key: string, next: Parameters<Interceptor>[1]) => Promise<Answered>,
): Switches => ({
  payments: {
    http: () => {
      const pay = make()
      return on('POST', '/payments', (asked, next) => {
        const key = asked.headers[KEY]
        return key === undefined ? next(asked) : pay(asked, key, next)
      })
    },
  },
})

const isUp = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

/** Prepares a service's database at each start. */
const preparing = (statement: string) => ({ prepare: ({ query }: ServicePart) => query(sql(statement)) })

/** The faults that the lab sheets are tested with, each of which breaks one expectation of one sheet and no other. */
export const LAB_FAULTS = [
  fault('cache-tells-miss', 'X-Cache always says MISS.', 'X-Cache всегда говорит MISS.', {
    users: {
      http: () =>
        on('GET', '/users/:id', async (asked, next) => {
          const answer = await next(asked)
          return { ...answer, headers: { ...answer.headers, 'x-cache': 'MISS' } }
        }),
    },
  }),
  fault(
    'users-cache-wrapped',
    'The cached user is wrapped into another object.',
    'Пользователь лежит в кэше внутри другого объекта.',
    {
      users: {
        cache: cachedBy({
          write: (redis, key, json, ttl) => redis.set(key, `{"cached":${json}}`, 'EX', ttl),
          read: async (redis, key) => (await redis.get(key))?.slice('{"cached":'.length, -1) ?? null,
        }),
      },
    },
  ),
  fault(
    'users-cache-ttl-renewed',
    'Each read of a user sets its 300 seconds anew.',
    'Каждое чтение пользователя заново отсчитывает 300 секунд.',
    {
      users: {
        cache: cachedBy(({ ttlSeconds }) => ({ read: (redis, key) => redis.getex(key, 'EX', ttlSeconds) })),
      },
    },
  ),
  fault('cache-hit-slow', 'A hit is slower than a miss.', 'HIT медленнее, чем MISS.', {
    users: {
      cache: cachedBy({
        read: async (redis, key) => {
          const cached = await redis.get(key)
          if (cached !== null) await delay(SLOW_HIT_MS)
          return cached
        },
      }),
    },
  }),
  fault(
    'refusal-without-retry-after',
    'An open circuit does not say when to come again.',
    'Разомкнутый предохранитель не говорит, когда прийти снова.',
    {
      gateway: {
        http: () => async (asked, next) => {
          const answer = await next(asked)
          const { 'retry-after': _, ...headers } = answer.headers
          return { ...answer, headers }
        },
      },
    },
  ),
  fault(
    'open-lets-through',
    'An open circuit passes requests on as soon as the service is back.',
    'Разомкнутый предохранитель пропускает запросы, как только сервис вернулся.',
    {
      gateway: {
        http:
          ({ breakers, origins }: GatewayPart) =>
          async (asked, next) => {
            const wasOpen = breakers.users.describe().status === 'OPEN'
            const answer = await next(asked)
            if (!wasOpen || answer.status !== 503 || !(await isUp(`${origins.users}/ready`))) return answer
            const direct = await fetch(origins.users + asked.path)
            return reply(direct.status, await direct.json())
          },
      },
    },
  ),
  fault(
    'open-twice-as-long',
    'A circuit stays open for twice as long.',
    'Предохранитель разомкнут вдвое дольше.',
    { environment: (resetSeconds) => ({ BREAKER_RESET_SECONDS: String(resetSeconds * 2) }) },
  ),
  fault(
    'users-emptied-at-start',
    'The service empties its table at every start.',
    'Сервис при каждом запуске очищает свою таблицу.',
    { users: preparing('TRUNCATE users') },
  ),
  fault(
    'users-ids-used-again',
    'After a restart a new user gets the id of one that was deleted.',
    'После перезапуска новый пользователь получает id удалённого.',
    {
      users: preparing("SELECT setval('users_id_seq', COALESCE((SELECT MAX(id) FROM users), 0) + 1, false)"),
    },
  ),
  fault(
    'payments-sometimes-pending',
    'Every tenth payment stays pending.',
    'Каждый десятый платёж остаётся pending.',
    {
      payments: {
        process: (process) => {
          let count = 0
          return () => (++count % 10 === 0 ? 'pending' : process())
        },
      },
    },
  ),
  fault(
    'users-need-orders',
    'Without orders, users cannot be had either.',
    'Без orders недоступны и пользователи.',
    {
      gateway: {
        http: ({ origins }: GatewayPart) =>
          on('GET PUT', '/users/:id', async (asked, next) =>
            (await isUp(`${origins.orders}/ready`)) ? next(asked) : reply(503, { detail: 'no orders' }),
          ),
      },
    },
  ),
  fault(
    'orders-empty-while-down',
    'While orders is down, its lists are empty.',
    'Пока orders не работает, его списки пусты.',
    {
      gateway: {
        http: () =>
          on('GET', '/orders', async (asked, next) => {
            const answer = await next(asked)
            return answer.status >= 500 ? reply(200, []) : answer
          }),
      },
    },
  ),
  fault('degraded-for-ever', 'Once degraded, details stay so.', 'Неполные details такими и остаются.', {
    gateway: {
      http: () => {
        let isDegraded = false
        return on('GET', '/users/:id/details', async (asked, next) => {
          const answer = await next(asked)
          const { user, degraded } = parse(answer.text) as Fields
          isDegraded ||= degraded !== undefined
          return isDegraded ? reply(200, { user, orders: null, degraded: ['orders'] }) : answer
        })
      },
    },
  }),
  fault(
    'never-cached-after-write',
    'What was changed once is never cached again.',
    'Однажды изменённое больше не кэшируется.',
    {
      users: {
        cache: (cache: Cache) => {
          const changed = new Set<number>()
          return {
            ...cache,
            read: async (id, load) => {
              if (!changed.has(id)) return cache.read(id, load)
              const object = await load()
              return { key: `user:${id}`, json: object && JSON.stringify(object), outcome: 'MISS' }
            },
            change: (id, work) => {
              changed.add(id)
              return cache.change(id, work)
            },
          }
        },
      },
    },
  ),
  fault(
    'crowd-turned-away',
    'When many come at once, some are turned away.',
    'Когда приходят многие, часть получает отказ.',
    {
      users: {
        http: () => {
          let underWay = 0
          return on('GET', '/users/:id', async (asked, next) => {
            underWay += 1
            try {
              return underWay > CROWD ? reply(404, { detail: 'too many' }) : await next(asked)
            } finally {
              underWay -= 1
            }
          })
        },
      },
    },
  ),
  fault(
    'never-filled',
    'Readers share what one of them reads, but nothing is cached.',
    'Читатели делят то, что прочитал один, но в кэше ничего не остаётся.',
    {
      users: {
        cache: (cache: Cache) => {
          const loading = new Map<number, Promise<object | undefined>>()
          return {
            ...cache,
            read: async (id, load) => {
              const shared = loading.get(id) ?? load().finally(() => loading.delete(id))
              loading.set(id, shared)
              const object = await shared
              return { key: `user:${id}`, json: object && JSON.stringify(object), outcome: 'MISS' }
            },
          }
        },
      },
    },
  ),
  fault(
    'idempotency-checks-first',
    'A key is looked up first and noted afterwards, so that two at once both pay.',
    'Ключ сначала ищут и лишь потом записывают, поэтому двое одновременных платят оба.',
    paying(() => {
      const known = new Map<string, { readonly text: string; readonly answer: Answered }>()
      return async (asked, key, next) => {
        const before = known.get(key)
        if (before !== undefined)
          return before.text === asked.text ? before.answer : reply(422, { detail: 'another body' })
        const answer = await next(withoutKey(asked))
        known.set(key, { text: asked.text, answer })
        return answer
      }
    }),
  ),
  fault(
    'repetition-pays-again',
    'A key is forgotten as soon as its payment is made.',
    'Ключ забывают, как только платёж проведён.',
    paying(() => {
      const paid = new Map<string, string>()
      return async (asked, key, next) => {
        const isRepeated = paid.get(key) === asked.text
        const answer = await next(isRepeated ? withoutKey(asked) : asked)
        if (!paid.has(key)) paid.set(key, asked.text)
        return answer
      }
    }),
  ),
  fault(
    'other-body-taken-for-repetition',
    'A known key is answered with its payment, whatever the body.',
    'На известный ключ отвечают его платежом, каким бы ни было тело.',
    paying(() => {
      const bodies = new Map<string, string>()
      return (asked, key, next) => {
        const text = bodies.get(key) ?? asked.text
        bodies.set(key, text)
        return next({ ...asked, text })
      }
    }),
  ),
  fault(
    'same-body-taken-for-repetition',
    'The same payment with another key is taken for a repetition.',
    'Такой же платёж с другим ключом принимают за повтор.',
    paying(() => {
      const keys = new Map<string, string>()
      return (asked, key, next) => {
        const first = keys.get(asked.text) ?? key
        keys.set(asked.text, first)
        return next({ ...asked, headers: { ...asked.headers, [KEY]: first } })
      }
    }),
  ),
]
