import { setTimeout as delay } from 'node:timers/promises'
import { ORDERS_DDL } from '@msctl/orders/models'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { byRules, refusing, showing } from './circuit-breaker.ts'
import { variantsOf } from './fault-sheet.ts'
import type { Interceptor } from './http.ts'
import { type CacheRules, cachedBy } from './plain-cache.ts'
import {
  all,
  answering,
  answeringEach,
  idOf,
  instead,
  on,
  parse,
  reply,
  sending,
  withStatus,
} from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, Model, Row, ServicePart, ServiceSwitches, Switches } from './switches.ts'

const correctness = variantsOf('correctness')
const caching = variantsOf('caching')
const circuitBreaker = variantsOf('circuit-breaker')
const persistence = variantsOf('persistence')

/** The same switches in each service. */
const inEach = (switches: ServiceSwitches | ((service: ServiceName) => ServiceSwitches)): Switches =>
  Object.fromEntries(
    SERVICES.map((service) => [service, typeof switches === 'function' ? switches(service) : switches]),
  )

const cachedEverywhere = (rules: CacheRules): Switches => inEach({ cache: cachedBy(rules) })

const encoded = (encode: (json: string) => string, decode: (text: string) => string): Switches =>
  cachedEverywhere({
    read: async (redis, key) => {
      const text = await redis.get(key)
      return text === null ? null : decode(text)
    },
    write: (redis, key, json, ttlSeconds) => redis.set(key, encode(json), 'EX', ttlSeconds),
  })

const toBase64 = (text: string) => Buffer.from(text).toString('base64')
const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString()

/** As Python prints a dictionary of texts and numbers. Their own quotes are kept apart by `\u0027`. */
const toPython = (json: string) =>
  json.replaceAll("'", '\\u0027').replaceAll('"', "'").replaceAll("':", "': ")
const fromPython = (text: string) => text.replaceAll("'", '"').replaceAll('\\u0027', "'")

const TIMES = ['created_at', 'updated_at']

const withTimes = (change: (time: string) => string): Switches =>
  inEach({
    http: () =>
      answeringEach((fields) =>
        Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [
            name,
            TIMES.includes(name) ? change(String(value)) : value,
          ]),
        ),
      ),
  })

const FIRST_ID = 1000
const USERS_THERE = 500

/** Orders in a table whose columns PostgreSQL has folded to lower case, as it does with names that nobody quotes. */
function withFoldedColumns(models: Model, { query }: ServicePart): Model {
  const COLUMNS = 'id, userid AS "userId", product, quantity, created_at'
  return {
    ...models,
    insert: async (within, { userId, product, quantity }) => {
      const text = `INSERT INTO orders (userid, product, quantity) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`
      return (await within<Row>(sql(text), [userId, product, quantity]))[0] as Row
    },
    list: ({ limit, after }, filter) =>
      query<Row>(
        sql(
          `SELECT ${COLUMNS} FROM orders WHERE id > $1 AND ($3::integer IS NULL OR userid = $3) ORDER BY id LIMIT $2`,
        ),
        [after, limit, filter?.userId],
      ),
    find: async (id) => (await query<Row>(sql(`SELECT ${COLUMNS} FROM orders WHERE id = $1`), [id]))[0],
    update: async (query, id, { userId, product, quantity }) => {
      const text = `UPDATE orders SET userid = COALESCE($2, userid), product = COALESCE($3, product),
        quantity = COALESCE($4, quantity) WHERE id = $1 RETURNING ${COLUMNS}`
      return (await query<Row>(sql(text), [id, userId, product, quantity]))[0]
    },
  }
}

/** Gives each call its turn while a trial is under way: it waits for the trial instead of being refused. */
const waitingForTrials: Switches = {
  gateway: {
    http: ({ breakers }) => {
      const trials = new Map<ServiceName, Promise<unknown>>()
      return async (asked, next) => {
        const service = SERVICES.find((each) => asked.path.startsWith(`/${each}`))
        if (service === undefined || breakers[service].describe().status !== 'HALF_OPEN') return next(asked)
        const trial = trials.get(service)
        if (trial !== undefined) {
          await trial
          return next(asked)
        }
        const answer = next(asked)
        trials.set(service, answer)
        return answer.finally(() => trials.delete(service))
      }
    },
  },
}

/** How the assignment's own sketch puts details together: everyone's orders, filtered in the gateway; nothing without both. */
const detailsFilteredInGateway: Interceptor = on('GET', '/users/:id/details', async (asked, next) => {
  const [user, orders] = await Promise.all([
    next({ ...asked, path: asked.path.replace(/\/details\/?$/, '') }),
    next({ ...asked, path: '/orders', query: '' }),
  ])
  if (user.status !== 200) return user
  if (orders.status !== 200) return orders
  const list = parse(orders.text) as readonly Fields[]
  return reply(200, {
    user: parse(user.text),
    orders: list.filter(({ userId }) => userId === idOf(asked)),
  })
})

const problemToDetail = instead([400, 404, 405, 409, 413, 415, 422, 500, 502, 503, 504], (was) =>
  reply(was.status, { detail: (parse(was.text) as Fields | undefined)?.detail ?? 'Error' }),
)

/** Correct platforms that differ from this one where the assignment leaves it free. */
export const VARIANTS = [
  correctness(
    'post-answers-200',
    SERVICES,
    'POST answers 200.',
    'POST отвечает 200.',
    inEach({ http: () => on('POST', '/:id', instead([201], withStatus(200))) }),
  ),
  correctness(
    'delete-answers-200',
    SERVICES,
    'DELETE answers 200 with a message.',
    'DELETE отвечает 200 с сообщением.',
    inEach({
      http: () =>
        on(
          'DELETE',
          '/:id/:id',
          instead([204], () => reply(200, { message: 'deleted' })),
        ),
    }),
  ),
  correctness(
    'duplicate-400',
    ['users'],
    'An e-mail that is taken is answered with 400.',
    'На занятую почту ответ 400.',
    { users: { http: () => instead([409], withStatus(400)) } },
  ),
  correctness(
    'duplicate-422',
    ['users'],
    'An e-mail that is taken is answered with 422.',
    'На занятую почту ответ 422.',
    { users: { http: () => instead([409], withStatus(422)) } },
  ),
  correctness(
    'validation-400',
    SERVICES,
    'Missing and mistyped fields are answered with 400.',
    'На отсутствующие и неверные поля ответ 400.',
    inEach({ http: () => instead([422], withStatus(400)) }),
  ),
  correctness(
    'bare-errors',
    SERVICES,
    'Errors are {"detail": …} and nothing else.',
    'Ошибки — это {"detail": …} и больше ничего.',
    { gateway: { http: () => problemToDetail } },
  ),
  correctness('errors-without-body', SERVICES, 'Errors have no body at all.', 'У ошибок вовсе нет тела.', {
    gateway: {
      http: () => async (asked, next) => {
        const answer = await next(asked)
        return answer.status < 400 ? answer : { status: answer.status, headers: {}, text: '' }
      },
    },
  }),
  correctness(
    'further-fields',
    SERVICES,
    'Objects, details and health have further fields.',
    'У объектов, details и health есть дополнительные поля.',
    {
      ...inEach({
        http: () => answeringEach((fields) => ({ ...fields, version: 1, _links: { self: '/' } })),
      }),
      gateway: {
        http: () =>
          on(
            'GET',
            '/health|/users/:id/details',
            answering((value) => ({ ...(value as Fields), service: 'gateway' })),
          ),
      },
    },
  ),
  correctness(
    'keys-in-other-order',
    SERVICES,
    'The keys of objects come in another order.',
    'Поля объектов идут в другом порядке.',
    inEach({ http: () => answeringEach((fields) => Object.fromEntries(Object.entries(fields).reverse())) }),
  ),
  correctness(
    'trailing-slashes',
    SERVICES,
    'The collections are at /users/, and /users redirects there with 307, as FastAPI does.',
    'Коллекции живут по адресу /users/, а /users перенаправляет туда ответом 307, как в FastAPI.',
    {
      gateway: {
        http: () => async (asked, next) => {
          const [, collection, slash] = /^\/(users|orders|payments)(\/?)$/.exec(asked.path) ?? []
          if (collection === undefined) return next(asked)
          if (slash === '/') return next({ ...asked, path: `/${collection}` })
          const host = asked.headers.host ?? ''
          return {
            status: 307,
            headers: { location: `http://${host}/${collection}/${asked.query}` },
            text: '',
          }
        },
      },
    },
  ),
  correctness(
    'times-without-zone',
    SERVICES,
    'Times have no zone: 2026-11-22T10:20:30.123456.',
    'Время без пояса: 2026-11-22T10:20:30.123456.',
    withTimes((time) => time.replace(/Z$/, '')),
  ),
  correctness(
    'times-with-offset',
    SERVICES,
    'Times are whole seconds with an offset: 2026-11-22T10:20:30+00:00.',
    'Время с точностью до секунды и со смещением: 2026-11-22T10:20:30+00:00.',
    withTimes((time) => time.replace(/(\.\d+)?Z$/, '+00:00')),
  ),
  correctness(
    'lists-descending',
    SERVICES,
    'Lists begin with the newest.',
    'Списки начинаются с самых новых.',
    inEach({
      http: () =>
        answering((value, { query }) =>
          Array.isArray(value) && !query.includes('after=') ? value.reverse() : value,
        ),
    }),
  ),
  persistence(
    'ids-from-1000',
    SERVICES,
    'Ids begin at 1000.',
    'Идентификаторы начинаются с 1000.',
    inEach((service) => ({
      prepare: ({ query }) =>
        query(
          sql(
            `SELECT setval('${service}_id_seq', GREATEST((SELECT last_value FROM ${service}_id_seq), ${FIRST_ID}))`,
          ),
        ),
    })),
  ),
  persistence(
    'data-already-there',
    SERVICES,
    'There are 500 users with orders and payments already.',
    'Уже есть 500 пользователей с заказами и платежами.',
    {
      users: {
        prepare: ({ query }) =>
          query(
            sql(
              `INSERT INTO users (email, name) SELECT 'user' || n || '@example.com', 'User ' || n FROM generate_series(1, ${USERS_THERE}) n ON CONFLICT DO NOTHING`,
            ),
          ),
      },
      orders: {
        prepare: ({ query }) =>
          query(
            sql(
              `INSERT INTO orders ("userId", product) SELECT n, 'Product ' || n FROM generate_series(1, ${USERS_THERE}) n WHERE NOT EXISTS (SELECT FROM orders)`,
            ),
          ),
      },
      payments: {
        prepare: ({ query }) =>
          query(
            sql(
              `INSERT INTO payments (order_id, amount, status) SELECT n, n, 'completed' FROM generate_series(1, ${USERS_THERE}) n WHERE NOT EXISTS (SELECT FROM payments)`,
            ),
          ),
      },
    },
  ),
  correctness(
    'slow-services',
    SERVICES,
    'Every service takes 200 ms for everything.',
    'Каждый сервис отвечает на любой запрос за 200 мс.',
    inEach({
      http: () => async (asked, next) => {
        await delay(200)
        return next(asked)
      },
    }),
  ),
  correctness(
    'types-coerced',
    SERVICES,
    'Numbers that come as text are taken for numbers, and numbers that come for text as text.',
    'Числа, присланные строкой, принимаются за числа, а числа вместо строк — за строки.',
    inEach({
      http: () =>
        sending((fields) =>
          Object.fromEntries(
            Object.entries(fields).map(([name, value]) => {
              const isText = ['email', 'name', 'product', 'status'].includes(name)
              if (isText && typeof value === 'number') return [name, String(value)]
              if (!isText && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))
                return [name, Number(value)]
              return [name, value]
            }),
          ),
        ),
    }),
  ),
  correctness(
    'emails-in-lower-case',
    ['users'],
    'E-mails are kept in lower case, so that case does not tell two of them apart.',
    'Почта хранится в нижнем регистре, поэтому регистр не различает два адреса.',
    {
      users: {
        http: () =>
          sending(({ email, ...user }) => ({
            ...user,
            ...(email === undefined
              ? {}
              : { email: typeof email === 'string' ? email.toLowerCase() : email }),
          })),
      },
    },
  ),
  correctness(
    'details-5xx-without-orders',
    ['orders'],
    'While orders is down, details answer 503.',
    'Пока orders не работает, details отвечают 503.',
    {
      gateway: {
        http: () =>
          on('GET', '/users/:id/details', async (asked, next) => {
            const answer = await next(asked)
            const { orders } = (parse(answer.text) ?? {}) as Fields
            return answer.status === 200 && orders === null
              ? reply(503, { detail: 'orders is not available' })
              : answer
          }),
      },
    },
  ),
  correctness(
    'details-filtered-in-gateway',
    ['users', 'orders'],
    'The gateway asks for all orders and picks those of the user.',
    'Шлюз запрашивает все заказы и сам выбирает заказы пользователя.',
    { gateway: { http: () => detailsFilteredInGateway } },
  ),
  persistence(
    'columns-in-lower-case',
    ['orders'],
    'The column of orders is userid, as PostgreSQL makes it of userId without quotes.',
    'Столбец в orders называется userid — так PostgreSQL понимает userId без кавычек.',
    {
      orders: {
        ddl: ORDERS_DDL.replaceAll('"userId"', 'userid'),
        models: withFoldedColumns,
      },
    },
  ),
  caching(
    'cache-in-base64',
    SERVICES,
    'The cached value is JSON in base64.',
    'Значение в кэше — JSON в base64.',
    encoded(toBase64, fromBase64),
  ),
  caching(
    'cache-in-python',
    SERVICES,
    'The cached value is a Python dictionary as it is printed.',
    'Значение в кэше — словарь Python в печатном виде.',
    encoded(toPython, fromPython),
  ),
  caching(
    'cache-in-envelope',
    SERVICES,
    'The cached value is JSON in an envelope that says when it was written.',
    'Значение в кэше — JSON в обёртке, где сказано, когда он записан.',
    encoded(
      (json) => `v1|${Date.now()}|${json}`,
      (text) => text.slice(text.indexOf('|', 3) + 1),
    ),
  ),
  caching(
    'cache-in-hash',
    SERVICES,
    'The cached value is a hash with a field for each of the object’s.',
    'Значение в кэше — хеш, по полю на каждое поле объекта.',
    cachedEverywhere({
      read: async (redis, key) => {
        const fields = await redis.hgetall(key)
        if (Object.keys(fields).length === 0) return null
        const values = Object.entries(fields).map(([name, text]) => [name, JSON.parse(text)])
        return JSON.stringify(Object.fromEntries(values))
      },
      write: (redis, key, json, ttlSeconds) => {
        const fields = Object.entries(JSON.parse(json)).map(([name, value]) => [name, JSON.stringify(value)])
        return redis.multi().hset(key, Object.fromEntries(fields)).expire(key, ttlSeconds).exec()
      },
    }),
  ),
  caching(
    'cache-filled-by-writes',
    SERVICES,
    'POST and PUT fill the cache with the new value.',
    'POST и PUT кладут в кэш новое значение.',
    inEach((service) => ({
      cache: cachedBy(),
      http: ({ redis, keyOf, ttlSeconds }) =>
        on('POST PUT', `/${service}(/:id)?`, async (asked, next) => {
          const answer = await next(asked)
          const written = parse(answer.text) as Row
          if (answer.status < 300) await redis().set(keyOf(written.id), answer.text, 'EX', ttlSeconds)
          return answer
        }),
    })),
  ),
  caching(
    'cache-ttl-jittered',
    SERVICES,
    'The cache keeps each value for 291 to 300 seconds, so that not all end at once.',
    'Кэш хранит значения от 291 до 300 секунд, чтобы они не истекали все сразу.',
    cachedEverywhere({
      write: (redis, key, json, ttlSeconds) =>
        redis.set(key, json, 'EX', ttlSeconds - Math.floor(Math.random() * 10)),
    }),
  ),
  circuitBreaker(
    'open-answers-502',
    SERVICES,
    'An open circuit answers 502.',
    'Разомкнутая цепь отвечает 502.',
    refusing(withStatus(502)),
  ),
  circuitBreaker(
    'open-answers-504',
    SERVICES,
    'An open circuit answers 504.',
    'Разомкнутая цепь отвечает 504.',
    refusing(withStatus(504)),
  ),
  circuitBreaker(
    'count-zero-once-open',
    SERVICES,
    'The failure_count is 0 once the circuit is open.',
    'Когда цепь разомкнута, failure_count равен 0.',
    byRules({ countWhileOpen: 'zero' }),
  ),
  circuitBreaker(
    'count-rises-while-open',
    SERVICES,
    'Each refusal of an open circuit adds to its failure_count.',
    'Каждый отказ разомкнутой цепи увеличивает её failure_count.',
    byRules({ countWhileOpen: 'rises' }),
  ),
  circuitBreaker(
    'open-until-asked',
    SERVICES,
    'A circuit whose time is over is shown as OPEN until the next request.',
    'Цепь, время которой вышло, показывается как OPEN до следующего запроса.',
    byRules({}),
  ),
  circuitBreaker(
    'states-in-lower-case',
    SERVICES,
    'The states are closed, open and half-open.',
    'Состояния называются closed, open и half-open.',
    showing((circuit) => ({ ...circuit, status: String(circuit.status).toLowerCase().replace('_', '-') })),
  ),
  circuitBreaker(
    'others-wait-for-trial',
    SERVICES,
    'Requests that come during a trial wait for it, instead of being refused.',
    'Запросы, пришедшие во время пробы, ждут её, а не получают отказ.',
    waitingForTrials,
  ),
  correctness(
    'assignment-sketch',
    SERVICES,
    'The assignment’s own sketch: textbook cache, 200 for POST and DELETE, details filtered in the gateway, a circuit that looks at its clock when it is asked.',
    'Эскиз из самого задания: кэш по учебнику, 200 на POST и DELETE, фильтрация details в шлюзе, цепь, которая смотрит на часы при запросе.',
    {
      ...inEach({
        cache: cachedBy(),
        http: () =>
          all(
            on('POST', '/:id', instead([201], withStatus(200))),
            on(
              'DELETE',
              '/:id/:id',
              instead([204], () => reply(200, { message: 'deleted' })),
            ),
            on('POST', '/users', instead([409], withStatus(400))),
          ),
      }),
      gateway: {
        ...byRules({}).gateway,
        http: () => all(problemToDetail, detailsFilteredInGateway),
      },
    },
  ),
]
