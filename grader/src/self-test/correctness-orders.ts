import { faultsOf } from './fault-sheet.ts'
import { answering, answeringEach, instead, on, parse, reply, sending, withStatus } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, Row } from './switches.ts'

const fault = faultsOf('correctness')

/** An order whose quantity was not sent gets one that is not 1. */
const defaultQuantity = (quantity: number | null) => ({
  orders: {
    http: ({ query }: { query: import('@msctl/kit').Query }) =>
      on('POST', '/orders', async (asked, next) => {
        const answer = await next(asked)
        const order = parse(answer.text) as Row
        if (answer.status !== 201 || (parse(asked.text) as Fields).quantity !== undefined) return answer
        await query(sql('UPDATE orders SET quantity = $2 WHERE id = $1'), [order.id, quantity])
        return reply(201, { ...order, quantity })
      }),
  },
})

/** What students get wrong with orders. */
export const ORDERS_FAULTS = [
  fault(
    'orders-post-without-id',
    'POST /orders answers without the id of the new order.',
    'POST /orders отвечает без id нового заказа.',
    {
      orders: {
        http: () =>
          on(
            'POST',
            '/orders',
            answering((order) => ({ ...(order as Row), id: undefined })),
          ),
      },
    },
  ),
  fault(
    'orders-default-quantity-null',
    'An order without a quantity is stored with null instead of 1.',
    'Заказ без количества сохраняется с null вместо 1.',
    defaultQuantity(null),
  ),
  fault(
    'orders-default-quantity-zero',
    'An order without a quantity is stored with 0 instead of 1.',
    'Заказ без количества сохраняется с 0 вместо 1.',
    defaultQuantity(0),
  ),
  fault(
    'orders-product-truncated',
    'Products are cut after ten characters.',
    'Название товара обрезается до десяти символов.',
    {
      orders: {
        models: (models) => {
          const cut = ({ product, ...order }: Fields) => ({
            ...order,
            product: typeof product === 'string' ? product.slice(0, 10) : product,
          })
          return {
            ...models,
            insert: (query, order) => models.insert(query, cut(order)),
            update: (query, id, changes) => models.update(query, id, cut(changes)),
          }
        },
      },
    },
  ),
  fault(
    'orders-post-accepts-missing-product',
    'POST /orders without a product creates an order all the same.',
    'POST /orders без товара всё равно создаёт заказ.',
    {
      orders: {
        http: () =>
          on(
            'POST',
            '/orders',
            sending((order) => ({ product: 'null', ...order })),
          ),
      },
    },
  ),
  fault(
    'orders-mistyped-500',
    'POST /orders with a quantity that is no number ends in a 500, because only the database notices.',
    'POST /orders с количеством, которое не число, заканчивается 500: это замечает только база.',
    {
      orders: {
        http: () =>
          on('POST', '/orders', async (asked, next) => {
            const answer = await next(asked)
            const fields = (parse(asked.text) ?? {}) as Fields
            const isMistyped = ['userId', 'quantity'].some(
              (name) => fields[name] !== undefined && typeof fields[name] !== 'number',
            )
            return answer.status === 422 && isMistyped ? { ...answer, status: 500 } : answer
          }),
      },
    },
  ),
  fault(
    'orders-get-unknown-500',
    'GET of an order that does not exist ends in a 500.',
    'GET несуществующего заказа заканчивается ответом 500.',
    { orders: { http: () => on('GET', '/orders/:id', instead([404], withStatus(500))) } },
  ),
  fault(
    'orders-put-resets-quantity',
    'PUT /orders/{id} without a quantity sets it back to 1.',
    'PUT /orders/{id} без количества возвращает его к 1.',
    {
      orders: {
        models: (models) => ({
          ...models,
          update: (query, id, changes) =>
            models.update(query, id, { ...changes, quantity: changes.quantity ?? 1 }),
        }),
      },
    },
  ),
  fault(
    'orders-put-not-applied',
    'PUT /orders/{id} answers with the new values, but keeps the old ones.',
    'PUT /orders/{id} отвечает новыми значениями, но хранит старые.',
    {
      orders: {
        models: (models) => ({
          ...models,
          update: async (_query, id, changes) => {
            const order = await models.find(id)
            return order && { ...order, ...changes }
          },
        }),
      },
    },
  ),
  fault(
    'orders-delete-answers-404',
    'DELETE /orders/{id} deletes the order and answers 404.',
    'DELETE /orders/{id} удаляет заказ и отвечает 404.',
    {
      orders: {
        http: () =>
          on(
            'DELETE',
            '/orders/:id',
            instead([204], () => reply(404, { detail: 'Not found' })),
          ),
      },
    },
  ),
  fault(
    'orders-delete-takes-others',
    'DELETE /orders/{id} deletes all orders of the same user.',
    'DELETE /orders/{id} удаляет все заказы того же пользователя.',
    {
      orders: {
        models: (models) => ({
          ...models,
          delete: async (query, id) => {
            const others = 'SELECT "userId" FROM orders WHERE id = $1'
            return (
              (await query(sql(`DELETE FROM orders WHERE "userId" IN (${others}) RETURNING id`), [id]))
                .length > 0
            )
          },
        }),
      },
    },
  ),
  fault(
    'orders-list-capped',
    'GET /orders gives the first ten orders and no more.',
    'GET /orders отдаёт первые десять заказов и не больше.',
    {
      orders: {
        http: () =>
          on('GET', '/orders', (asked, next) =>
            asked.query === ''
              ? answering((orders) => (orders as unknown[]).slice(0, 10))(asked, next)
              : next(asked),
          ),
      },
    },
  ),
  fault(
    'orders-filter-ignored',
    'GET /orders?userId= gives the orders of everyone, because the gateway forgets the query.',
    'GET /orders?userId= отдаёт все заказы: шлюз теряет параметры запроса.',
    { gateway: { http: () => on('GET', '/orders', (asked, next) => next({ ...asked, query: '' })) } },
  ),
  fault(
    'orders-filter-by-id',
    'GET /orders?userId= looks for the number among the ids of orders.',
    'GET /orders?userId= ищет число среди id заказов.',
    {
      orders: {
        models: (models, { query }) => ({
          ...models,
          list: (page, filter) =>
            filter?.userId === undefined
              ? models.list(page, filter)
              : query<Row>(sql('SELECT * FROM orders WHERE id = $1 AND id > $2'), [
                  filter.userId,
                  page.after,
                ]),
        }),
      },
    },
  ),
  fault(
    'orders-filter-substring',
    'GET /orders?userId=1 gives the orders of user 21 and 100, too.',
    'GET /orders?userId=1 отдаёт и заказы пользователей 21 и 100.',
    {
      orders: {
        models: (models, { query }) => ({
          ...models,
          list: (page, filter) =>
            filter?.userId === undefined
              ? models.list(page, filter)
              : query<Row>(
                  sql(
                    `SELECT * FROM orders WHERE "userId"::text LIKE '%' || $3::text || '%' AND id > $1 ORDER BY id LIMIT $2`,
                  ),
                  [page.after, page.limit, filter.userId],
                ),
        }),
      },
    },
  ),
  fault(
    'orders-answers-user_id',
    'Orders are answered with user_id instead of userId.',
    'Заказы отдаются с полем user_id вместо userId.',
    {
      orders: {
        http: () =>
          on(
            '*',
            '/orders(/:id)?',
            answeringEach(({ userId, ...order }) => ({ ...order, user_id: userId })),
          ),
      },
    },
  ),
]
