import type { Payment } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
import {
  type Answer,
  type AnyLab,
  answerTo,
  checkPlatform,
  createOrder,
  createUser,
  deleteIfThere,
  holdTable,
  newIdempotencyKey,
  type World,
} from '../world/index.ts'

interface State {
  orderId: number
  key: string
  /** All that were sent, so that what comes of them can be deleted. */
  sent: Promise<Answer<Payment>>[]
  /** The ids that the two requests at once were answered with. */
  ids: readonly (number | undefined)[]
}

const AMOUNT = 999.99
/** Twice this is below the two seconds that the service grants a statement, in milliseconds. */
const HELD_WITHIN_MS = 800

const idea: Text = {
  en: `The customer presses "pay", and no answer comes. Was the request lost, or only the answer? The client cannot know. If it does nothing, the payment may be lost. If it sends the request again, the customer may pay twice.

An idempotency key solves this. The client makes up a key, and sends the same key with each attempt. The service stores the key in the same transaction as the payment, and answers every retry with the first answer.

    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}
    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}

The hard case is a retry that comes while the first request is still being processed: there is no first answer yet.`,
  ru: `Покупатель нажал «оплатить», а ответа нет. Потерялся запрос или только ответ? Клиент этого не знает. Если ничего не делать, платёж может пропасть. Если послать запрос ещё раз, покупатель может заплатить дважды.

Решение — ключ идемпотентности. Клиент придумывает ключ и посылает один и тот же ключ с каждой попыткой. Сервис записывает ключ в той же транзакции, что и платёж, и на каждый повтор отвечает первым ответом.

    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}
    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}

Трудный случай — повтор, который приходит, пока первый запрос ещё обрабатывается: первого ответа ещё нет.`,
}

/** The same payment sent twice, the second while the first is in flight. */
export const idempotency = defineSheet<World, State>({
  name: 'idempotency',
  title: { en: 'Paying once', ru: 'Заплатить один раз' },
  question: {
    en: 'The same payment is sent twice, the second time while the first is being processed. How many payments are made?',
    ru: 'Один платёж послан дважды, второй раз — пока первый обрабатывается. Сколько платежей создано?',
  },
  idea,
  expectations: {
    'one-payment': {
      title: { en: 'two requests at once make one payment', ru: 'два одновременных запроса — один платёж' },
      why: {
        en: 'People who press twice, and automatic retries, come exactly then.',
        ru: 'Именно тогда приходят повторные нажатия и автоматические повторы.',
      },
    },
    'same-answer-later': {
      title: {
        en: 'a later retry gets the first answer',
        ru: 'более поздний повтор получает первый ответ',
      },
      why: {
        en: 'A client that lost the answer needs that answer, and not an error.',
        ru: 'Клиенту, который потерял ответ, нужен этот ответ, а не ошибка.',
      },
    },
    'other-body-refused': {
      title: {
        en: 'the same key with another amount is refused',
        ru: 'тот же ключ с другой суммой отклонён',
      },
      why: {
        en: 'This is not a retry but a mistake of the client, and must not stay hidden.',
        ru: 'Это не повтор, а ошибка клиента, и она не должна остаться незамеченной.',
      },
    },
    'other-key-pays': {
      title: { en: 'another key is another payment', ru: 'другой ключ — другой платёж' },
      why: {
        en: 'People also buy the same thing twice on purpose.',
        ru: 'Одно и то же покупают дважды и намеренно.',
      },
    },
  },
  state: () => ({ orderId: 0, key: '', sent: [], ids: [] }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: { en: 'Create an order, and make up a key.', ru: 'Создаём заказ и придумываем ключ.' },
      run: async (lab) => {
        const { id } = await createUser(lab, 'Ann')
        lab.state.orderId = (await createOrder(lab, { userId: id, product: 'Laptop' })).id
        lab.state.key = newIdempotencyKey(lab, 'payments')
        lab.say(`Idempotency-Key: ${lab.state.key}`)
        lab.cleanUp({ en: 'Delete the payments', ru: 'Удалить платежи' }, () => deleteSent(lab))
      },
    },
    {
      title: {
        en: 'Pay. Hold the payment in the database, and pay again.',
        ru: 'Платим. Задерживаем платёж в базе и платим ещё раз.',
      },
      run: async (lab) => {
        const hold = await holdTable(lab, 'payments')
        const isHeld = (count: number) =>
          lab.lookFor(
            { en: `requests held: ${count}`, ru: `задержано запросов: ${count}` },
            async () => ((await hold.waiting()) >= count ? true : undefined),
            { withinMs: HELD_WITHIN_MS, everyMs: 10 },
          )
        const first = pay(lab, lab.state.key)
        await isHeld(1)
        lab.say({
          en: 'The first request is being processed. Now the second:',
          ru: 'Первый запрос обрабатывается. Теперь второй:',
        })
        const second = pay(lab, lab.state.key)
        await isHeld(2)
        await hold.release()
        const answers = await Promise.all([first, second])
        const ids = answers.map(({ data }) => data?.id)
        lab.state.ids = ids
        const paid = await lab.world.client.payments.list({ order_id: lab.state.orderId })
        // Who waited longer than the service grants a statement is answered that it failed, and that is no second payment.
        if (paid.length <= 1 && answers.some(({ status }) => status === null || status >= 500)) {
          lab.leaveOpen('one-payment', {
            en: 'The service gave up before the lock was released: this machine has too much to do.',
            ru: 'Сервис не дождался снятия блокировки: машина слишком занята.',
          })
          return
        }
        lab.expect('one-payment', {
          held: paid.length === 1 && ids.every((id) => id === paid[0]?.id),
          expected: {
            en: 'Both answers hold the same payment, and there is no other.',
            ru: 'В обоих ответах один и тот же платёж, и других нет.',
          },
          actual: {
            en: `The answers hold id ${ids.join(' and id ')}. Payments of the order: ${paid.length}.`,
            ru: `В ответах id ${ids.join(' и id ')}. Платежей у заказа: ${paid.length}.`,
          },
        })
      },
    },
    {
      title: {
        en: 'Send it a third time, after the first is done.',
        ru: 'Посылаем в третий раз, когда первый запрос завершён.',
      },
      run: async (lab) => {
        const { status, data } = await pay(lab, lab.state.key)
        lab.expect('same-answer-later', {
          held: status === 201 && lab.state.ids.includes(data?.id),
          expected: `201, id ${lab.state.ids[0]}`,
          actual: `${status}, id ${data?.id}`,
        })
      },
    },
    {
      title: { en: 'Send the same key with another amount.', ru: 'Посылаем тот же ключ с другой суммой.' },
      run: async (lab) => {
        const { status } = await pay(lab, lab.state.key, AMOUNT + 1)
        lab.expect('other-body-refused', { held: status === 422, expected: '422', actual: `${status}` })
      },
    },
    {
      title: { en: 'Pay the same amount with another key.', ru: 'Платим ту же сумму с другим ключом.' },
      run: async (lab) => {
        const { status, data } = await pay(lab, newIdempotencyKey(lab, 'payments'))
        lab.expect('other-key-pays', {
          held: status === 201 && !lab.state.ids.includes(data?.id),
          expected: { en: '201 with a new id.', ru: '201 с новым id.' },
          actual: `${status}, id ${data?.id}`,
        })
      },
    },
  ],

  conclude: () => ({
    en: 'The second request came while the first was being processed, and waited: the transaction of the first held the key. When that transaction was committed, there was an answer to repeat. If it had failed, the key would have been free, and the second request would have paid. The key and the payment are written together or not at all. That is why both are in the same database.',
    ru: 'Второй запрос пришёл, пока первый обрабатывался, и ждал: ключ удерживала транзакция первого. Когда её зафиксировали, появился ответ, который можно повторить. Если бы она не удалась, ключ освободился бы, и заплатил бы второй запрос. Ключ и платёж записываются вместе или не записываются вовсе. Поэтому они в одной базе данных.',
  }),
})

type PayLab = AnyLab & { readonly state: State }

function pay(lab: PayLab, idempotencyKey: string, amount = AMOUNT): Promise<Answer<Payment>> {
  const payment = { order_id: lab.state.orderId, amount }
  const answer = answerTo(lab.world.client.payments.create(payment, { idempotencyKey }))
  lab.state.sent.push(answer)
  return answer
}

/** Waits for what is still under way, too: an interrupt may have come before its answer. */
async function deleteSent(lab: PayLab): Promise<void> {
  const answers = await Promise.all(lab.state.sent)
  for (const { data } of answers) if (data !== undefined) await deleteIfThere(lab, 'payments', data.id)
}
