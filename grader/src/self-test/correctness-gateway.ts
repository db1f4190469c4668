import { faultsOf } from './fault-sheet.ts'
import type { Asked, Interceptor } from './http.ts'
import { answering, idOf, instead, on, parse, reply, withStatus } from './rewrite.ts'
import type { Row, Switches } from './switches.ts'

const fault = faultsOf('correctness')
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

/** What students get wrong in the gateway, the circuit breaker aside. */
export const GATEWAY_FAULTS = [
  fault('status-missing', [], 'There is no GET /status.', 'GET /status нет.', {
    gateway: { http: () => on('GET', '/status', async () => reply(404, { detail: 'Not Found' })) },
  }),
  fault('status-500', [], 'GET /status ends in a 500.', 'GET /status заканчивается ответом 500.', {
    gateway: {
      http: () => on('GET', '/status', async () => reply(500, { detail: 'Internal Server Error' })),
    },
  }),
  fault(
    'details-missing',
    [],
    'There is no GET /users/{id}/details.',
    'GET /users/{id}/details нет.',
    atDetails(async () => reply(404, { detail: 'Not Found' })),
  ),
  fault(
    'details-orders-of-everyone',
    ['orders'],
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
    ['orders'],
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
    ['orders'],
    'Details leave out the last of the orders.',
    'В details не хватает последнего заказа.',
    changing(({ user, orders }) => ({ user, orders: orders?.slice(0, -1) })),
  ),
  fault(
    'details-orders-empty',
    ['orders'],
    'Details never show any orders.',
    'В details никогда нет заказов.',
    changing(({ user }) => ({ user, orders: [] })),
  ),
  fault(
    'details-wrong-user',
    ['users'],
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
    ['users'],
    'Details of a user that does not exist answer 200 with null.',
    'Details несуществующего пользователя отвечают 200 и null.',
    atDetails(instead([404], () => reply(200, { user: null, orders: [] }))),
  ),
  fault(
    'details-unknown-500',
    ['users'],
    'Details of a user that does not exist end in a 500.',
    'Details несуществующего пользователя заканчиваются ответом 500.',
    atDetails(instead([404], withStatus(500))),
  ),
  fault(
    'details-sequential',
    ['users', 'orders'],
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
  advised(
    'details-orders-lost-silently',
    ['orders'],
    'While orders is down, details say that the user has no orders.',
    'Пока orders не работает, details говорят, что заказов у пользователя нет.',
    changing(({ user, orders }) => ({ user, orders: orders ?? [] })),
  ),
]
