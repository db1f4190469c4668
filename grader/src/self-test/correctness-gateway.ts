import { setTimeout as delay } from 'node:timers/promises'
import { faultsOf } from './fault-sheet.ts'
import type { Answered, Asked, Interceptor } from './http.ts'
import { answering, idOf, instead, on, parse, reply, withStatus } from './rewrite.ts'
import type { Row, Switches } from './switches.ts'

const fault = faultsOf('correctness')
const breaker = faultsOf('circuit-breaker')
const advised = faultsOf('advice')

interface Details {
  readonly user: Row
  readonly orders: readonly Row[]
}

const atDetails = (http: Interceptor): Switches => ({
  gateway: { http: () => on('GET', '/users/:id/details', http) },
})

const changing = (change: (details: Details, asked: Asked) => unknown): Switches =>
  atDetails(answering((details, asked) => change(details as Details, asked)))

/** The object at a path of the gateway. */
const get = async <T>(next: Parameters<Interceptor>[1], asked: Asked, path: string, query = ''): Promise<T> =>
  parse((await next({ ...asked, path, query })).text) as T

/** Asks some of the services without their circuits, and the others with them. */
const askingPast = (past: readonly ('users' | 'orders')[]): Switches => ({
  gateway: {
    http: ({ origins }) =>
      on('GET', '/users/:id/details', async (asked, next) => {
        const id = idOf(asked)
        const ask = (service: 'users' | 'orders', path: string, query = ''): Promise<Answered> =>
          past.includes(service)
            ? fetch(origins[service] + path + query).then(
                async (answer) => ({ status: answer.status, headers: {}, text: await answer.text() }),
                () => reply(502, { detail: 'Bad Gateway' }),
              )
            : next({ ...asked, path, query })
        const [user, orders] = await Promise.all([
          ask('users', `/users/${id}`),
          ask('orders', '/orders', `?userId=${id}`),
        ])
        if (user.status !== 200 && orders.status === 200 && user.status >= 500)
          return reply(200, { user: null, orders: parse(orders.text), degraded: ['users'] })
        if (user.status !== 200) return user
        const isKnown = orders.status === 200
        return reply(200, {
          user: parse(user.text),
          orders: isKnown ? parse(orders.text) : null,
          ...(!isKnown && { degraded: ['orders'] }),
        })
      }),
  },
})

/** What students get wrong in the gateway, the circuit breaker aside. */
export const GATEWAY_FAULTS = [
  fault('status-missing', 'There is no GET /status.', 'GET /status нет.', {
    gateway: { http: () => on('GET', '/status', async () => reply(404, { detail: 'Not Found' })) },
  }),
  fault(
    'status-html',
    'GET /status answers with a page of HTML.',
    'GET /status отвечает страницей HTML.',
    {
      gateway: {
        http: () =>
          on('GET', '/status', async () => ({
            status: 200,
            headers: { 'content-type': 'text/html' },
            text: '<!doctype html><h1>OK</h1>',
          })),
      },
    },
    ['correctness.gateway.status'],
  ),
  fault('status-500', 'GET /status ends in a 500.', 'GET /status заканчивается ответом 500.', {
    gateway: {
      http: () => on('GET', '/status', async () => reply(500, { detail: 'Internal Server Error' })),
    },
  }),
  fault(
    'details-missing',
    'There is no GET /users/{id}/details.',
    'GET /users/{id}/details нет.',
    atDetails(async () => reply(404, { detail: 'Not Found' })),
  ),
  fault(
    'details-orders-of-everyone',
    'Details show the orders of everyone.',
    'В details попадают заказы всех пользователей.',
    atDetails(async (asked, next) => {
      const answer = await next(asked)
      if (answer.status !== 200) return answer
      const orders = await get(next, asked, '/orders')
      return reply(200, { ...(parse(answer.text) as Details), orders })
    }),
  ),
  fault(
    'details-orders-substring',
    'Details of user 1 show the orders of user 21 and 100, too.',
    'В details пользователя 1 попадают и заказы пользователей 21 и 100.',
    atDetails(async (asked, next) => {
      const answer = await next(asked)
      if (answer.status !== 200) return answer
      const everyone = await get<Row[]>(next, asked, '/orders')
      const orders = everyone.filter(({ userId }) => String(userId).includes(String(idOf(asked))))
      return reply(200, { ...(parse(answer.text) as Details), orders })
    }),
  ),
  fault(
    'details-orders-lost',
    'Details leave out the last of the orders.',
    'В details не хватает последнего заказа.',
    changing(({ user, orders }) => ({ user, orders: orders?.slice(0, -1) })),
  ),
  fault(
    'details-orders-empty',
    'Details never show any orders.',
    'В details никогда нет заказов.',
    changing(({ user }) => ({ user, orders: [] })),
  ),
  fault(
    'details-wrong-user',
    'Details show another user: the last one there is.',
    'В details показан другой пользователь: последний из всех.',
    atDetails(async (asked, next) => {
      const answer = await next(asked)
      if (answer.status !== 200) return answer
      const users = await get<Row[]>(next, asked, '/users')
      const other = users.filter(({ id }) => id !== idOf(asked)).at(-1)
      const details = parse(answer.text) as Details
      return reply(200, { ...details, user: other ?? details.user })
    }),
  ),
  fault(
    'details-unknown-200',
    'Details of a user that does not exist answer 200 with null.',
    'Details несуществующего пользователя отвечают 200 и null.',
    atDetails(instead([404], () => reply(200, { user: null, orders: [] }))),
  ),
  fault(
    'details-unknown-500',
    'Details of a user that does not exist end in a 500.',
    'Details несуществующего пользователя заканчиваются ответом 500.',
    atDetails(instead([404], withStatus(500))),
  ),
  fault(
    'details-sequential',
    'Details ask for the orders only after the user has come.',
    'Details запрашивают заказы только после того, как пришёл пользователь.',
    atDetails(async (asked, next) => {
      const id = idOf(asked)
      const user = await next({ ...asked, path: `/users/${id}` })
      if (user.status !== 200) return user
      const orders = await next({ ...asked, path: '/orders', query: `?userId=${id}` })
      if (orders.status !== 200) return orders
      return reply(200, { user: parse(user.text), orders: parse(orders.text) })
    }),
  ),
  fault(
    'details-orders-doubled',
    'Details show each order twice.',
    'В details каждый заказ показан дважды.',
    changing(({ user, orders }) => ({ user, orders: [...orders, ...orders] })),
    ['correctness.details.content'],
  ),
  fault(
    'details-orders-capped',
    'Details show the first ten orders and no more.',
    'В details попадают первые десять заказов и не больше.',
    changing(({ user, orders }) => ({ user, orders: orders?.slice(0, 10) })),
    ['correctness.details.content'],
  ),
  fault(
    'details-remembered',
    'Details are remembered by the gateway, and show an older state for a minute.',
    'Шлюз запоминает details и минуту показывает прежнее состояние.',
    {
      gateway: {
        http: () => {
          const remembered = new Map<number, { readonly answer: Answered; readonly until: number }>()
          return on('GET', '/users/:id/details', async (asked, next) => {
            const known = remembered.get(idOf(asked))
            if (known !== undefined && performance.now() < known.until) return known.answer
            const answer = await next(asked)
            const { orders } = (parse(answer.text) ?? {}) as Partial<Details>
            if (answer.status === 200 && Array.isArray(orders))
              remembered.set(idOf(asked), { answer, until: performance.now() + 60_000 })
            return answer
          })
        },
      },
    },
    ['correctness.details.content'],
  ),
  ...([['users', 'orders'], ['users'], ['orders']] as const).map((past) =>
    breaker(
      `details-ask-${past.join('-and-')}-past-circuit`,
      `Details ask ${past.join(' and ')} past the circuit breaker.`,
      `Details запрашивают ${past.join(' и ')} в обход предохранителя.`,
      askingPast(past),
      past.map((service) => `circuit-breaker.${service}.refuses-when-open`),
    ),
  ),
  breaker(
    'details-wait-when-open',
    'While a circuit is open, details wait for half of its 30 seconds.',
    'Пока предохранитель разомкнут, details ждут половину его 30 секунд.',
    {
      gateway: {
        http: ({ resetSeconds }) =>
          on('GET', '/users/:id/details', async (asked, next) => {
            const answer = await next(asked)
            const { orders } = (parse(answer.text) ?? {}) as Partial<Details>
            if (answer.status >= 500 || orders === null) await delay(resetSeconds * 500)
            return answer
          }),
      },
    },
    ['circuit-breaker.orders.refuses-when-open', 'circuit-breaker.users.refuses-when-open'],
  ),
  advised(
    'details-orders-lost-silently',
    'While orders is down, details say that the user has no orders.',
    'Пока orders не работает, details говорят, что заказов у пользователя нет.',
    changing(({ user, orders }) => ({ user, orders: orders ?? [] })),
  ),
]
