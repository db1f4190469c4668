import { faultsOf } from './fault-sheet.ts'
import { answeringEach, instead, on, parse, reply, sending } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields } from './switches.ts'

const fault = faultsOf('correctness')

/** What students get wrong with payments, other than what makes them payments. */
export const PAYMENTS_CORRECTNESS_FAULTS = [
  fault(
    'payments-post-accepts-missing-order',
    'POST /payments without an order_id creates a payment all the same.',
    'POST /payments без order_id всё равно создаёт платёж.',
    {
      payments: {
        http: () =>
          on(
            'POST',
            '/payments',
            sending((payment) => ({ order_id: 1, ...payment })),
          ),
      },
    },
  ),
  fault(
    'payments-mistyped-accepted',
    'POST /payments takes an amount that is no number for 1.',
    'POST /payments принимает нечисловую сумму за 1.',
    {
      payments: {
        http: () =>
          on(
            'POST',
            '/payments',
            sending((payment) =>
              typeof payment.amount === 'string' && Number.isNaN(Number(payment.amount))
                ? { ...payment, amount: 1 }
                : payment,
            ),
          ),
      },
    },
  ),
  fault(
    'payments-rejects-but-stores',
    'POST /payments with an amount that is no number answers 422, but a payment has been stored.',
    'POST /payments с нечисловой суммой отвечает 422, но платёж уже сохранён.',
    {
      payments: {
        http: ({ query }) =>
          on('POST', '/payments', async (asked, next) => {
            const answer = await next(asked)
            const { order_id, amount } = (parse(asked.text) ?? {}) as Fields
            if (answer.status === 422 && Number.isInteger(order_id) && typeof amount !== 'number')
              await query(sql('INSERT INTO payments (order_id, amount) VALUES ($1, 0)'), [order_id])
            return answer
          }),
      },
    },
  ),
  fault(
    'payments-get-unknown-200',
    'GET of a payment that does not exist answers 200 with an empty object.',
    'GET несуществующего платежа отвечает 200 и пустым объектом.',
    {
      payments: {
        http: () =>
          on(
            'GET',
            '/payments/:id',
            instead([404], () => reply(200, {})),
          ),
      },
    },
  ),
  fault(
    'payments-put-unknown-200',
    'PUT of a payment that does not exist answers 200 with what was sent.',
    'PUT несуществующего платежа отвечает 200 и тем, что прислали.',
    {
      payments: {
        http: () =>
          on(
            'PUT',
            '/payments/:id',
            instead([404], (_was, { text }) => reply(200, parse(text))),
          ),
      },
    },
  ),
  fault(
    'payments-put-resets-amount',
    'PUT /payments/{id} with a status alone sets the amount to 0.',
    'PUT /payments/{id} с одним только статусом обнуляет сумму.',
    {
      payments: {
        models: (models) => ({
          ...models,
          update: (query, id, changes) =>
            models.update(query, id, { ...changes, amount: changes.amount ?? 0 }),
        }),
      },
    },
  ),
  fault(
    'payments-delete-unknown-204',
    'DELETE of a payment that does not exist answers 204.',
    'DELETE несуществующего платежа отвечает 204.',
    {
      payments: {
        http: () =>
          on(
            'DELETE',
            '/payments/:id',
            instead([404], () => ({ status: 204, headers: {}, text: '' })),
          ),
      },
    },
  ),
  fault(
    'payments-delete-missing',
    'There is no DELETE /payments/{id}: it answers 405.',
    'DELETE /payments/{id} нет: ответ 405.',
    {
      payments: {
        http: () => on('DELETE', '/payments/:id', async () => reply(405, { detail: 'Method Not Allowed' })),
      },
    },
  ),
  fault(
    'payments-list-missing',
    'There is no GET /payments: it answers 404.',
    'GET /payments нет: ответ 404.',
    { payments: { http: () => on('GET', '/payments', async () => reply(404, { detail: 'Not Found' })) } },
  ),
  fault(
    'payments-answers-orderId',
    'Payments are answered with orderId instead of order_id.',
    'Платежи отдаются с полем orderId вместо order_id.',
    {
      payments: {
        http: () =>
          on(
            '*',
            '/payments(/:id)?',
            answeringEach(({ order_id, ...payment }) => ({ ...payment, orderId: order_id })),
          ),
      },
    },
  ),
]
