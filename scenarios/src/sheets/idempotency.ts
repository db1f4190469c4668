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
  en: `The customer presses "pay", and the answer does not come. Was it the request that got lost, or only the answer? One cannot know. To do nothing may lose the payment, to send it again may take the money twice.

An idempotency key solves it. Whoever asks makes up a key and sends it along, the same one with each attempt. The service notes the key in the same transaction as the payment, and answers every repetition with the first answer.

    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}
    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}

The hard case is a repetition that comes while the first request is still being worked on: then there is no answer yet that could be repeated.`,
  ru: `Покупатель нажал «оплатить», а ответа нет. Потерялся запрос или только ответ? Узнать нельзя. Не делать ничего — платёж может пропасть; послать ещё раз — деньги могут снять дважды.

Выход — ключ идемпотентности. Тот, кто просит, придумывает ключ и шлёт его с каждой попыткой, один и тот же. Сервис записывает ключ в той же транзакции, что и платёж, а на каждый повтор отвечает первым ответом.

    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}
    POST /payments   Idempotency-Key: 7f3a…   ──▶ 201 {"id": 5}

Трудный случай — повтор, пришедший, пока первый запрос ещё в работе: тогда нет и ответа, который можно повторить.`,
}

/** The same payment sent twice, the second while the first is in flight. */
export const idempotency = defineSheet<World, State>({
  name: 'idempotency',
  title: { en: 'Paying once', ru: 'Заплатить один раз' },
  question: {
    en: 'The same payment is sent twice, the second while the first is on its way. How often is it paid?',
    ru: 'Один платёж послан дважды, второй раз — пока первый в пути. Сколько раз заплатили?',
  },
  idea,
  expectations: {
    'one-payment': {
      title: { en: 'two requests at once make one payment', ru: 'два одновременных запроса — один платёж' },
      why: {
        en: 'Impatient fingers and automatic retries come exactly then.',
        ru: 'Нетерпеливые пальцы и автоматические повторы приходят именно тогда.',
      },
    },
    'same-answer-later': {
      title: {
        en: 'a later repetition gets the first answer',
        ru: 'на поздний повтор приходит первый ответ',
      },
      why: {
        en: 'Whoever lost the answer needs the answer, and not an error.',
        ru: 'Тому, кто потерял ответ, нужен ответ, а не ошибка.',
      },
    },
    'other-body-refused': {
      title: {
        en: 'the same key with another amount is refused',
        ru: 'тот же ключ с другой суммой отвергнут',
      },
      why: {
        en: 'That is no repetition but a mistake; to answer as if it were one would hide it.',
        ru: 'Это не повтор, а ошибка; ответить как на повтор — значит её спрятать.',
      },
    },
    'other-key-pays': {
      title: { en: 'another key is another payment', ru: 'другой ключ — другой платёж' },
      why: {
        en: 'People do buy the same thing twice.',
        ru: 'Люди и правда покупают одно и то же дважды.',
      },
    },
  },
  state: () => ({ orderId: 0, key: '', sent: [], ids: [] }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: { en: 'Place an order, and make up a key.', ru: 'Делаем заказ и придумываем ключ.' },
      run: async (lab) => {
        const { id } = await createUser(lab, 'Ann')
        lab.state.orderId = (await createOrder(lab, { userId: id, product: 'Laptop' })).id
        lab.state.key = newIdempotencyKey(lab, 'payments')
        lab.say(`Idempotency-Key: ${lab.state.key}`)
        lab.cleanUp({ en: 'Delete what was paid', ru: 'Удалить платежи' }, () => deleteSent(lab))
      },
    },
    {
      title: {
        en: 'Pay. Hold the payment in the database, and pay again.',
        ru: 'Платим. Задерживаем платёж в базе и платим снова.',
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
          en: 'The first is in the middle of its work. Now the second:',
          ru: 'Первый посреди работы. Теперь второй:',
        })
        const second = pay(lab, lab.state.key)
        await isHeld(2)
        await hold.release()
        const ids = (await Promise.all([first, second])).map(({ data }) => data?.id)
        lab.state.ids = ids
        const paid = await lab.world.client.payments.list({ order_id: lab.state.orderId })
        lab.expect('one-payment', {
          held: paid.length === 1 && ids.every((id) => id === paid[0]?.id),
          expected: {
            en: 'Both are answered with the same payment, the only one.',
            ru: 'Оба получили один и тот же, единственный платёж.',
          },
          actual: {
            en: `Answered with id ${ids.join(' and id ')}. Payments of the order: ${paid.length}.`,
            ru: `В ответах id ${ids.join(' и id ')}. Платежей у заказа: ${paid.length}.`,
          },
        })
      },
    },
    {
      title: { en: 'Send it a third time, much later.', ru: 'Посылаем в третий раз, много позже.' },
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
      title: { en: 'Use the key for another amount.', ru: 'Берём тот же ключ для другой суммы.' },
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
    en: 'The second request came while the first was being worked on, and waited: its key was taken, in a transaction that was not over. When that was committed, there was an answer to repeat. Had it failed, the key would have been free again, and the second would have paid. Key and payment stand or fall together; that is why both are in the same database.',
    ru: 'Второй запрос пришёл, когда первый был в работе, и стал ждать: его ключ занят транзакцией, которая ещё не кончилась. Когда её зафиксировали, появился ответ, который можно повторить. Сорвись она, ключ освободился бы, и заплатил бы второй. Ключ и платёж либо есть оба, либо нет обоих; поэтому они и лежат в одной базе.',
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
