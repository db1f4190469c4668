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
import type { Fields, Row, ServiceSwitches, Switches } from './switches.ts'
import { COLUMNS, inTable } from './table-model.ts'

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

/** What nobody sends: the service gives it. */
const WRITTEN = ['id', 'status', 'created_at', 'updated_at']

/** Changes the whole of /health. */
const changingHealth = (change: (health: Fields) => Fields): Switches => ({
  gateway: {
    http: () =>
      on(
        'GET',
        '/health',
        answering((health) => change(health as Fields)),
      ),
  },
})

/** Correct platforms that differ from this one where the assignment leaves it free. */
export const VARIANTS = [
  correctness(
    'post-answers-200',
    'POST answers 200.',
    'POST отвечает 200.',
    inEach({ http: () => on('POST', '/:id', instead([201], withStatus(200))) }),
  ),
  correctness(
    'delete-answers-200',
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
    'An e-mail that is taken is answered with 400.',
    'На занятую почту ответ 400.',
    { users: { http: () => instead([409], withStatus(400)) } },
  ),
  correctness(
    'duplicate-422',
    'An e-mail that is taken is answered with 422.',
    'На занятую почту ответ 422.',
    { users: { http: () => instead([409], withStatus(422)) } },
  ),
  correctness(
    'validation-400',
    'Missing and mistyped fields are answered with 400.',
    'На отсутствующие и неверные поля ответ 400.',
    inEach({ http: () => instead([422], withStatus(400)) }),
  ),
  correctness(
    'bare-errors',
    'Errors are {"detail": …} and nothing else.',
    'Ошибки — это {"detail": …} и больше ничего.',
    { gateway: { http: () => problemToDetail } },
  ),
  correctness('errors-without-body', 'Errors have no body at all.', 'У ошибок вовсе нет тела.', {
    gateway: {
      http: () => async (asked, next) => {
        const answer = await next(asked)
        return answer.status < 400 ? answer : { status: answer.status, headers: {}, text: '' }
      },
    },
  }),
  correctness(
    'further-fields',
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
    'The keys of objects come in another order.',
    'Поля объектов идут в другом порядке.',
    inEach({ http: () => answeringEach((fields) => Object.fromEntries(Object.entries(fields).reverse())) }),
  ),
  correctness(
    'trailing-slashes',
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
    'Times have no zone: 2026-11-22T10:20:30.123456.',
    'Время без пояса: 2026-11-22T10:20:30.123456.',
    withTimes((time) => time.replace(/Z$/, '')),
  ),
  correctness(
    'times-with-offset',
    'Times are whole seconds with an offset: 2026-11-22T10:20:30+00:00.',
    'Время с точностью до секунды и со смещением: 2026-11-22T10:20:30+00:00.',
    withTimes((time) => time.replace(/(\.\d+)?Z$/, '+00:00')),
  ),
  correctness(
    'lists-descending',
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
    'The gateway asks for all orders and picks those of the user.',
    'Шлюз запрашивает все заказы и сам выбирает заказы пользователя.',
    { gateway: { http: () => detailsFilteredInGateway } },
  ),
  persistence(
    'columns-in-lower-case',
    'The column of orders is userid, as PostgreSQL makes it of userId without quotes.',
    'Столбец в orders называется userid — так PostgreSQL понимает userId без кавычек.',
    {
      orders: {
        ddl: ORDERS_DDL.replaceAll('"userId"', 'userid'),
        models: inTable({ columns: { userId: 'userid' } }),
      },
    },
  ),
  caching(
    'cache-in-base64',
    'The cached value is JSON in base64.',
    'Значение в кэше — JSON в base64.',
    encoded(toBase64, fromBase64),
  ),
  caching(
    'cache-in-python',
    'The cached value is a Python dictionary as it is printed.',
    'Значение в кэше — словарь Python в печатном виде.',
    encoded(toPython, fromPython),
  ),
  caching(
    'cache-in-envelope',
    'The cached value is JSON in an envelope that says when it was written.',
    'Значение в кэше — JSON в обёртке, где сказано, когда он записан.',
    encoded(
      (json) => `v1|${Date.now()}|${json}`,
      (text) => text.slice(text.indexOf('|', 3) + 1),
    ),
  ),
  caching(
    'cache-in-hash',
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
    'The cache keeps each value for 291 to 300 seconds, so that not all end at once.',
    'Кэш хранит значения от 291 до 300 секунд, чтобы они не истекали все сразу.',
    cachedEverywhere({
      write: (redis, key, json, ttlSeconds) =>
        redis.set(key, json, 'EX', ttlSeconds - Math.floor(Math.random() * 10)),
    }),
  ),
  circuitBreaker(
    'open-answers-502',
    'An open circuit answers 502.',
    'Разомкнутый предохранитель отвечает 502.',
    refusing(withStatus(502)),
  ),
  circuitBreaker(
    'open-answers-504',
    'An open circuit answers 504.',
    'Разомкнутый предохранитель отвечает 504.',
    refusing(withStatus(504)),
  ),
  circuitBreaker(
    'count-zero-once-open',
    'The failure_count is 0 once the circuit is open.',
    'Когда предохранитель разомкнут, failure_count равен 0.',
    byRules({ countWhileOpen: 'zero' }),
  ),
  circuitBreaker(
    'count-rises-while-open',
    'Each refusal of an open circuit adds to its failure_count.',
    'Каждый отказ разомкнутого предохранителя увеличивает его failure_count.',
    byRules({ countWhileOpen: 'rises' }),
  ),
  circuitBreaker(
    'open-until-asked',
    'A circuit whose time is over is shown as OPEN until the next request.',
    'Предохранитель, время которого вышло, показывается как OPEN до следующего запроса.',
    byRules({}),
  ),
  circuitBreaker(
    'states-in-lower-case',
    'The states are closed, open and half-open.',
    'Состояния называются closed, open и half-open.',
    showing((circuit) => ({ ...circuit, status: String(circuit.status).toLowerCase().replace('_', '-') })),
  ),
  circuitBreaker(
    'others-wait-for-trial',
    'Requests that come during a trial wait for it, instead of being refused.',
    'Запросы, пришедшие во время пробы, ждут её, а не получают отказ.',
    waitingForTrials,
  ),
  circuitBreaker(
    'health-with-more',
    'GET /health shows services with a state of their own, and further circuits, beside the documented ones.',
    'GET /health показывает, кроме описанных, и сервисы со своим состоянием, и другие предохранители.',
    changingHealth(({ circuits, ...rest }) => ({
      ...rest,
      services: SERVICES.map((name) => ({ name, state: { reachable: true }, status: 'up' })),
      users: { status: 'ok' },
      circuits: {
        users_cache: { status: 'CLOSED', failure_count: 0 },
        ...(circuits as Fields),
        redis: { status: 'CLOSED', failure_count: 0 },
      },
    })),
  ),
  circuitBreaker(
    'health-by-other-names',
    'GET /health calls the circuits circuit_breakers, users_service, state and failures.',
    'GET /health называет предохранители circuit_breakers, users_service, state и failures.',
    changingHealth(({ circuits, ...rest }) => ({
      ...rest,
      circuit_breakers: Object.fromEntries(
        Object.entries(circuits as Record<string, Fields>).map(([service, { status, failure_count }]) => [
          `${service}_service`,
          { state: status, failures: failure_count },
        ]),
      ),
    })),
  ),
  circuitBreaker(
    'health-503-while-open',
    'GET /health answers 503 while a circuit is open.',
    'GET /health отвечает 503, пока какой-нибудь предохранитель разомкнут.',
    {
      gateway: {
        http: () =>
          on('GET', '/health', async (asked, next) => {
            const answer = await next(asked)
            return answer.text.includes('"OPEN"') ? withStatus(503)(answer) : answer
          }),
      },
    },
  ),
  correctness(
    'unknown-fields-refused',
    'POST answers 422 to a body with fields that it does not know.',
    'POST отвечает 422 на тело с неизвестными полями.',
    inEach((service) => ({
      http: () =>
        on('POST', `/${service}`, (asked, next) => {
          const known = Object.keys(COLUMNS[service]).filter((name) => !WRITTEN.includes(name))
          const isKnown = Object.keys((parse(asked.text) ?? {}) as Fields).every((name) =>
            known.includes(name),
          )
          return isKnown ? next(asked) : Promise.resolve(reply(422, { detail: 'unknown field' }))
        }),
    })),
  ),
  correctness(
    'unknown-status-ignored',
    'PUT /payments/{id} answers 200 to a status that there is not, and changes nothing.',
    'PUT /payments/{id} отвечает 200 на несуществующий статус и ничего не меняет.',
    {
      payments: {
        http: () =>
          on('PUT', '/payments/:id', (asked, next) => {
            const { status, ...changes } = (parse(asked.text) ?? {}) as Fields
            if (typeof status !== 'string' || ['pending', 'completed', 'failed'].includes(status))
              return next(asked)
            return Object.keys(changes).length > 0
              ? next({ ...asked, text: JSON.stringify(changes) })
              : next({ ...asked, method: 'GET', text: '' })
          }),
      },
    },
  ),
  correctness(
    'payments-decided-later',
    'A payment is pending when it is created, and decided 300 ms later.',
    'Платёж создаётся в состоянии pending, а решается через 300 мс.',
    {
      payments: {
        http: ({ query, redis, keyOf }) =>
          on('POST', '/payments', async (asked, next) => {
            const answer = await next(asked)
            if (answer.status !== 201) return answer
            const { id, status } = parse(answer.text) as Row
            const wait = sql("UPDATE payments SET status = 'pending' WHERE id = $1 RETURNING *")
            const [pending] = await query<Row>(wait, [id])
            // Not what somebody has set meanwhile.
            const decide = sql('UPDATE payments SET status = $2 WHERE id = $1 AND updated_at = created_at')
            const timer = setTimeout(() => {
              void query(decide, [id, status]).then(
                () => redis().del(keyOf(id)),
                // The service has been stopped meanwhile.
                () => undefined,
              )
            }, 300)
            timer.unref()
            return reply(201, pending)
          }),
      },
    },
  ),
  correctness(
    'lists-paged',
    'Lists come in pages of fifty, and ?skip= turns them.',
    'Списки приходят страницами по пятьдесят, ?skip= их листает.',
    {
      gateway: {
        http: () =>
          on('GET', '/(users|orders|payments)', (asked, next) => {
            const skip = Number(/[?&]skip=(\d+)/.exec(asked.query)?.[1] ?? 0)
            const filter = /(userId|order_id)=\d+/.exec(asked.query)?.[0]
            const page = answering((rows) => (rows as readonly unknown[]).slice(skip, skip + 50))
            return page({ ...asked, query: filter === undefined ? '' : `?${filter}` }, next)
          }),
      },
    },
  ),
  correctness(
    'lists-in-envelope',
    'Lists are {"items": […], "total": …}.',
    'Списки имеют вид {"items": […], "total": …}.',
    {
      gateway: {
        http: () =>
          on(
            'GET',
            '/(users|orders|payments)',
            answering((items) => ({ items, total: (items as readonly unknown[]).length })),
          ),
      },
    },
  ),
  correctness(
    'post-answers-id-alone',
    'POST answers with the id and a message, and nothing else of the object.',
    'POST отвечает id и сообщением, без остальных полей объекта.',
    inEach((service) => ({
      http: () =>
        on(
          'POST',
          `/${service}`,
          answering((row) => (service === 'payments' ? row : { id: (row as Row).id, message: 'created' })),
        ),
    })),
  ),
  persistence(
    'ids-with-gaps',
    'Ids go up by ten.',
    'Идентификаторы идут через десять.',
    inEach((service) => ({
      prepare: ({ query }) => query(sql(`ALTER SEQUENCE ${service}_id_seq INCREMENT BY 10`)),
    })),
  ),
  persistence(
    'columns-in-snake-case',
    'The column of orders is user_id.',
    'Столбец в orders называется user_id.',
    {
      orders: {
        ddl: ORDERS_DDL.replaceAll('"userId"', 'user_id'),
        models: inTable({ columns: { userId: 'user_id' } }),
      },
    },
  ),
  persistence(
    'tables-with-more-columns',
    'The tables have further columns.',
    'В таблицах есть дополнительные столбцы.',
    inEach((service) => ({
      prepare: ({ query }) =>
        query(sql(`ALTER TABLE ${service} ADD COLUMN IF NOT EXISTS note VARCHAR DEFAULT 'none'`)),
    })),
  ),
  correctness(
    'assignment-sketch',
    'The assignment’s own sketch: textbook cache, 200 for POST and DELETE, details filtered in the gateway, a circuit that looks at its clock when it is asked.',
    'Эскиз из самого задания: кэш по учебнику, 200 на POST и DELETE, фильтрация details в шлюзе, предохранитель, который смотрит на часы при запросе.',
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
