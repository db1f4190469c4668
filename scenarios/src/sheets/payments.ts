import type { Payment } from '@msctl/sdk'
import { defineSheet, fixed, type Text } from '../engine/index.ts'
import { confidenceInterval, judgeFailureRate } from '../expectations/index.ts'
import {
  answerTo,
  checkPlatform,
  createOrder,
  createPayment,
  createPayments,
  createUser,
  inTurn,
  type World,
} from '../world/index.ts'

interface State {
  orderId: number
  payments: readonly Payment[]
}

const STATUSES = ['pending', 'completed', 'failed'] as const
/** What each payment is about; the number does not matter. */
const AMOUNT = 9.99

const idea: Text = {
  en: `Payments depend on others: a bank, a card network. Sometimes these refuse. The payments service imitates that: 30 % of its payments fail, so that everything built on it has to handle failures.

How is something random tested? Ten payments prove nothing: by chance, none of them may fail, or six. The more payments there are, the closer the share comes to 30 %, and how close can be computed. A check that may be wrong once in a million runs has to accept every count within these bounds, and no other.`,
  ru: `Платежи зависят от других: от банка, от платёжной системы. Иногда те отказывают. Сервис платежей это имитирует: 30 % его платежей не проходят, чтобы всё построенное на нём умело обрабатывать отказы.

Как проверить случайное? Десять платежей ничего не доказывают: случайно могут пройти все или не пройти шесть. Чем больше платежей, тем ближе доля к 30 %, и можно вычислить насколько. Проверка, которой разрешено ошибиться один раз на миллион, должна принять любое число в этих границах и никакое другое.`,
}

/** The 30 %, observed against expected. */
export const payments = defineSheet<World, State>({
  name: 'payments',
  title: { en: 'Payments that fail', ru: 'Платежи, которые не проходят' },
  question: {
    en: '30 % of the payments fail. How many payments does it take to confirm that?',
    ru: 'Не проходят 30 % платежей. Сколько нужно платежей, чтобы это подтвердить?',
  },
  idea,
  parameters: {
    payments: {
      value: 300,
      fast: 120,
      reason: {
        en: 'payments, enough to tell 30 % from 15 % or 50 %',
        ru: 'платежей достаточно, чтобы отличить 30 % от 15 % или 50 %',
      },
    },
    failurePercent: {
      value: 30,
      reason: { en: 'percent of the payments should fail', ru: 'процентов платежей должны не проходить' },
    },
  },
  expectations: {
    'decided-at-once': {
      title: {
        en: 'each new payment is completed or failed',
        ru: 'каждый новый платёж сразу completed или failed',
      },
      why: {
        en: 'Whoever pays has to know at once; a payment without a result is often made twice.',
        ru: 'Плательщик должен узнать результат сразу; платёж без результата часто повторяют.',
      },
    },
    'failure-rate': {
      title: {
        en: '30 % of them fail, within the bounds of chance',
        ru: 'не проходят 30 %, в границах случайности',
      },
      why: {
        en: 'Code that has never met a failure has not been tested.',
        ru: 'Код, который ни разу не встретил отказа, не проверен.',
      },
    },
    'filter-by-order': {
      title: { en: '?order_id= finds them all, and no others', ru: '?order_id= находит их все и только их' },
      why: {
        en: 'What has been paid for an order is the sum of exactly these.',
        ru: 'Сколько заплачено за заказ — это сумма ровно этих платежей.',
      },
    },
    'three-statuses': {
      title: {
        en: 'a payment can be set to each of the three statuses',
        ru: 'платежу можно присвоить любой из трёх статусов',
      },
      why: {
        en: 'Refunds and corrections come later.',
        ru: 'Возвраты и исправления бывают позже.',
      },
    },
    'touches-updated-at': {
      title: { en: 'a change updates updated_at', ru: 'изменение обновляет updated_at' },
      why: {
        en: 'In a dispute about money, the first question is when.',
        ru: 'В споре о деньгах первый вопрос — когда.',
      },
    },
  },
  state: () => ({ orderId: 0, payments: [] }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create an order, and another one with one payment.',
        ru: 'Создаём заказ и ещё один, с одним платежом.',
      },
      run: async (lab) => {
        const { id } = await createUser(lab, 'Ann')
        lab.state.orderId = (await createOrder(lab, { userId: id, product: 'Laptop' })).id
        const other = await createOrder(lab, { userId: id, product: 'Desk' })
        await createPayment(lab, { order_id: other.id, amount: AMOUNT })
      },
    },
    {
      title: { en: 'Pay for the first order many times.', ru: 'Много раз платим за первый заказ.' },
      run: async (lab) => {
        const times = lab.parameter('payments')
        const made = await createPayments(lab, { order_id: lab.state.orderId, amount: AMOUNT }, times)
        lab.state.payments = made
        const failed = made.filter(({ status }) => status === 'failed').length
        const decided = made.filter(({ status }) => status !== 'pending').length
        lab.say(pictureOf(failed, times))
        const [low, high] = confidenceInterval(failed, times)
        lab.measure('failedPercent', { en: 'failed', ru: 'не прошло' }, (failed / times) * 100, '%')
        lab.measure(
          'lowPercent',
          { en: '95 % interval, from', ru: '95-процентный интервал, от' },
          low * 100,
          '%',
        )
        lab.measure(
          'highPercent',
          { en: '95 % interval, to', ru: '95-процентный интервал, до' },
          high * 100,
          '%',
        )
        lab.expect('decided-at-once', {
          held: decided === times,
          expected: { en: `${times} of ${times} decided.`, ru: `Решены ${times} из ${times}.` },
          actual: { en: `${decided} of ${times} decided.`, ru: `Решены ${decided} из ${times}.` },
        })
        lab.expect(
          'failure-rate',
          judgeFailureRate({ failed, of: times, expectedRate: lab.parameter('failurePercent') / 100 }),
        )
      },
    },
    {
      title: { en: 'List the payments for that order.', ru: 'Запрашиваем платежи этого заказа.' },
      run: async (lab) => {
        const listed = await lab.world.client.payments.list({ order_id: lab.state.orderId })
        const made = new Set(lab.state.payments.map(({ id }) => id))
        const found = new Set(listed.map(({ id }) => id))
        const missing = [...made].filter((id) => !found.has(id)).length
        const foreign = [...found].filter((id) => !made.has(id)).length
        lab.expect('filter-by-order', {
          held: missing === 0 && foreign === 0,
          expected: { en: `Those ${made.size} payments.`, ru: `Те же ${made.size} платежей.` },
          actual: {
            en: `${found.size} payments: ${missing} missing, ${foreign} of another order.`,
            ru: `Платежей ${found.size}: не хватает ${missing}, за другой заказ ${foreign}.`,
          },
        })
      },
    },
    {
      title: {
        en: 'Set one payment to each status in turn.',
        ru: 'Присваиваем одному платежу каждый статус по очереди.',
      },
      run: async (lab) => {
        const { id = 0, updated_at: before = '' } = lab.state.payments[0] ?? {}
        const api = lab.world.client.payments
        const kept = await inTurn(STATUSES.length, async (index) => {
          const status = STATUSES[index] ?? 'pending'
          await answerTo(api.update(id, { status }))
          return (await api.get(id)).status === status
        })
        lab.expect('three-statuses', {
          held: kept.every(Boolean),
          expected: STATUSES.join(', '),
          actual: STATUSES.filter((_, index) => kept[index]).join(', ') || '-',
        })
        const { updated_at: after } = await api.get(id)
        lab.expect('touches-updated-at', {
          held: Date.parse(after) > Date.parse(before),
          expected: { en: `Later than ${before}.`, ru: `Позже, чем ${before}.` },
          actual: after,
        })
      },
    },
  ],

  conclude: ({ measurements: { failedPercent = 0, lowPercent = 0, highPercent = 0 }, parameter }) => {
    const wanted = parameter('failurePercent')
    const isMissed = wanted < lowPercent || wanted > highPercent
    const missed = isMissed ? MISSED : { en: '', ru: '' }
    const [failed, low, high] = [fixed(failedPercent, 1), fixed(lowPercent, 1), fixed(highPercent, 1)]
    return {
      en: `${failed.en} % of ${parameter('payments')} payments failed. That does not prove ${wanted} %. It says with a confidence of 95 % that the true rate is between ${low.en} % and ${high.en} %.${missed.en} Four times as many payments would halve this interval.`,
      ru: `Из ${parameter('payments')} платежей не прошло ${failed.ru} %. Это не доказывает, что доля равна ${wanted} %. Это значит, что с уверенностью 95 % истинная доля лежит между ${low.ru} % и ${high.ru} %.${missed.ru} Вчетверо больше платежей сузили бы этот интервал вдвое.`,
    }
  },
})

/** An interval without the rate that was set is no mistake: what is expected leaves chance far more room. */
const MISSED = {
  en: ' This time it is not: one such interval in twenty misses the true rate, which is why the check allows for more.',
  ru: ' На этот раз это не так: один такой интервал из двадцати не содержит истинной доли, поэтому проверка допускает больше.',
}

/** A row of a hundred marks: one for each hundredth, the failed ones first. */
function pictureOf(failed: number, of: number): Text {
  const width = 60
  const bad = Math.round((failed / of) * width)
  const bar = '█'.repeat(bad) + '░'.repeat(width - bad)
  return { en: `${bar}\n${failed} of ${of} failed`, ru: `${bar}\nне прошло ${failed} из ${of}` }
}
