import { faultsOf } from './fault-sheet.ts'
import { idOf, on, parse, reply, sending } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Fields, Row, ServiceSwitches } from './switches.ts'

const fault = faultsOf('payments')

const STATUSES = ['pending', 'completed', 'failed']

const withRate = (share: number) => ({ environment: () => ({ PAYMENT_FAILURE_RATE: String(share) }) })

const processing = (process: () => () => string): { payments: ServiceSwitches } => ({
  payments: { process },
})

/** What students get wrong with the payments' own rules. */
export const PAYMENTS_FAULTS = [
  fault('payments-never-fail', 'No payment ever fails.', 'Платежи никогда не отклоняются.', withRate(0)),
  fault('payments-always-fail', 'Every payment fails.', 'Отклоняется каждый платёж.', withRate(1)),
  fault('payments-half-fail', 'Half of the payments fail.', 'Отклоняется половина платежей.', withRate(0.5)),
  fault(
    'payments-tenth-fails',
    'Every tenth payment fails, on average.',
    'Отклоняется в среднем каждый десятый платёж.',
    withRate(0.1),
  ),
  fault(
    'payments-rate-reversed',
    'Payments succeed with 30 % and fail with 70 %.',
    'Платежи проходят с вероятностью 30 % и отклоняются с вероятностью 70 %.',
    withRate(0.7),
  ),
  fault(
    'payments-stay-pending',
    'Payments are never processed: their status stays pending.',
    'Платежи не обрабатываются: их статус остаётся pending.',
    processing(() => () => 'pending'),
  ),
  fault(
    'payments-status-unknown',
    'Payments that succeed have the status success, which there is not.',
    'Успешные платежи получают статус success, которого нет.',
    {
      payments: { process: (process) => () => (process() === 'completed' ? 'success' : 'failed') },
    },
  ),
  fault(
    'payments-periodic',
    'Of ten payments in a row exactly the last three fail.',
    'Из десяти платежей подряд отклоняются ровно три последних.',
    processing(() => {
      let count = 0
      return () => (count++ % 10 < 7 ? 'completed' : 'failed')
    }),
  ),
  fault('payments-amount-truncated', 'Amounts lose what is after the point.', 'Суммы теряют дробную часть.', {
    payments: {
      models: (models) => {
        const truncate = (payment: Fields) =>
          typeof payment.amount === 'number' ? { ...payment, amount: Math.trunc(payment.amount) } : payment
        return {
          ...models,
          insert: (query, payment) => models.insert(query, truncate(payment)),
          update: (query, id, changes) => models.update(query, id, truncate(changes)),
        }
      },
    },
  }),
  fault(
    'payments-status-any-word',
    'PUT /payments/{id} stores any word as the status.',
    'PUT /payments/{id} сохраняет как статус любое слово.',
    {
      payments: {
        http: ({ query, redis, keyOf }) =>
          on('PUT', '/payments/:id', async (asked, next) => {
            const { status } = (parse(asked.text) ?? {}) as Fields
            if (typeof status !== 'string' || STATUSES.includes(status)) return next(asked)
            const set = sql('UPDATE payments SET status = $2, updated_at = NOW() WHERE id = $1 RETURNING *')
            const [payment] = await query<Row>(set, [idOf(asked), status])
            await redis().del(keyOf(idOf(asked)))
            return payment === undefined ? reply(404, { detail: 'Not found' }) : reply(200, payment)
          }),
      },
    },
    ['payments.status-values'],
  ),
  fault(
    'payments-post-takes-status',
    'POST /payments takes the status that its sender sends.',
    'POST /payments берёт статус, который прислал отправитель.',
    {
      payments: {
        http: ({ query }) =>
          on('POST', '/payments', async (asked, next) => {
            const { status, ...payment } = (parse(asked.text) ?? {}) as Fields
            const answer = await next({ ...asked, text: JSON.stringify(payment) })
            if (answer.status !== 201 || typeof status !== 'string' || !STATUSES.includes(status))
              return answer
            const { id } = parse(answer.text) as Row
            const [row] = await query<Row>(sql('UPDATE payments SET status = $2 WHERE id = $1 RETURNING *'), [
              id,
              status,
            ])
            return reply(201, row)
          }),
      },
    },
    ['payments.status-values'],
  ),
  fault(
    'payments-amount-decides',
    'Payments of 50 000 and more fail, and all others succeed.',
    'Отклоняются платежи от 50 000, остальные проходят.',
    {
      payments: {
        models: (models) => ({
          ...models,
          insert: (query, payment) =>
            models.insert(query, {
              ...payment,
              status: Number(payment.amount) >= 50_000 ? 'failed' : 'completed',
            }),
        }),
      },
    },
    ['payments.chance', 'payments.failure-rate'],
  ),
  fault(
    'payments-updated_at-kept',
    'PUT /payments/{id} does not touch updated_at.',
    'PUT /payments/{id} не меняет updated_at.',
    {
      payments: {
        models: (models) => ({
          ...models,
          update: async (query, id, changes) => {
            if ((await models.update(query, id, changes)) === undefined) return undefined
            const keep = sql('UPDATE payments SET updated_at = created_at WHERE id = $1 RETURNING *')
            return (await query<Row>(keep, [id]))[0]
          },
        }),
      },
    },
  ),
  fault(
    'payments-put-status-ignored',
    'PUT /payments/{id} ignores the status.',
    'PUT /payments/{id} не принимает статус.',
    {
      payments: {
        models: (models) => ({
          ...models,
          update: (query, id, { status: _, ...changes }) => models.update(query, id, changes),
        }),
      },
    },
  ),
  fault(
    'payments-put-processes-again',
    'PUT /payments/{id} with an amount marks the payment as pending again.',
    'PUT /payments/{id} с суммой снова делает платёж ожидающим.',
    {
      payments: {
        http: () =>
          on(
            'PUT',
            '/payments/:id',
            sending((changes) =>
              changes.amount === undefined ? changes : { status: 'pending', ...changes },
            ),
          ),
      },
    },
  ),
  fault(
    'payments-filter-ignored',
    'GET /payments?order_id= gives the payments of all orders.',
    'GET /payments?order_id= отдаёт платежи всех заказов.',
    { payments: { models: (models) => ({ ...models, list: (page) => models.list(page, {}) }) } },
  ),
  fault(
    'payments-filter-substring',
    'GET /payments?order_id=1 gives the payments of order 21 and 100, too.',
    'GET /payments?order_id=1 отдаёт и платежи заказов 21 и 100.',
    {
      payments: {
        models: (models, { query }) => ({
          ...models,
          list: (page, filter) =>
            filter?.order_id === undefined
              ? models.list(page, filter)
              : query<Row>(
                  sql(
                    `SELECT * FROM payments WHERE order_id::text LIKE '%' || $3::text || '%' AND id > $1 ORDER BY id LIMIT $2`,
                  ),
                  [page.after, page.limit, filter.order_id],
                ),
        }),
      },
    },
  ),
]
