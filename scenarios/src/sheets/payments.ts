import type { Payment } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
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
  en: `Payments depend on somebody else: a bank, a card network. Sometimes they say no. The payments service plays that part and lets 30 % fail, so that everything built on it has to cope.

How does one test something random? One run of ten payments proves nothing: six or none may fail, and both are luck. With more payments chance has less room, and one can say how much. A grader that cries wolf once in a million runs must accept everything in that room, and nothing beyond it.`,
  ru: `Платежи зависят от других: от банка, от платёжной системы. Иногда те отказывают. Сервис платежей играет эту роль и не проводит 30 % платежей, чтобы всё построенное на нём умело с этим жить.

Как проверить случайное? Десять платежей не докажут ничего: не пройти может и шесть, и ни одного, и то и другое — просто случай. Чем больше платежей, тем меньше у случая места, и можно сказать, сколько именно. Проверка, которой позволено ошибаться раз в миллион, обязана принять всё внутри этих границ и ничего за ними.`,
}

/** The 30 %, observed against expected. */
export const payments = defineSheet<World, State>({
  name: 'payments',
  title: { en: 'Payments that fail', ru: 'Платежи, которые не проходят' },
  question: {
    en: 'Three payments in ten fail. How many have to be made to be sure of that?',
    ru: 'Три платежа из десяти не проходят. Сколько их нужно, чтобы в этом убедиться?',
  },
  idea,
  parameters: {
    payments: {
      value: 300,
      fast: 120,
      reason: {
        en: 'enough to tell 30 % from 15 % or 50 %',
        ru: 'хватит, чтобы отличить 30 % от 15 % или 50 %',
      },
    },
    failurePercent: {
      value: 30,
      reason: { en: 'of the payments ought to fail', ru: 'процентов платежей не должны проходить' },
    },
  },
  expectations: {
    'decided-at-once': {
      title: {
        en: 'each new payment is completed or failed',
        ru: 'каждый новый платёж сразу completed или failed',
      },
      why: {
        en: 'Who pays wants to know now; a payment that hangs is paid twice.',
        ru: 'Кто платит, хочет знать сразу; зависший платёж оплатят дважды.',
      },
    },
    'failure-rate': {
      title: {
        en: '30 % of them fail, as far as chance can tell',
        ru: 'не проходят 30 %, насколько позволяет судить случай',
      },
      why: {
        en: 'Code that never meets a failure has never been tested.',
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
        en: 'Refunds and second thoughts happen after the fact.',
        ru: 'Возвраты и исправления случаются потом.',
      },
    },
    'touches-updated-at': {
      title: { en: 'a change moves updated_at', ru: 'изменение сдвигает updated_at' },
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
        en: 'Place an order, and another that is paid for once.',
        ru: 'Делаем заказ и ещё один, за который платим один раз.',
      },
      run: async (lab) => {
        const { id } = await createUser(lab, 'Ann')
        lab.state.orderId = (await createOrder(lab, { userId: id, product: 'Laptop' })).id
        const other = await createOrder(lab, { userId: id, product: 'Desk' })
        await createPayment(lab, { order_id: other.id, amount: AMOUNT })
      },
    },
    {
      title: { en: 'Pay for it, again and again.', ru: 'Платим за него снова и снова.' },
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
            en: `${found.size} payments: ${missing} missing, ${foreign} that are not ours.`,
            ru: `Платежей ${found.size}: не хватает ${missing}, чужих ${foreign}.`,
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
    return {
      en: `Of ${parameter('payments')} payments ${failedPercent.toFixed(1)} % failed. That does not prove ${wanted} %: it says that the true rate lies between ${lowPercent.toFixed(1)} % and ${highPercent.toFixed(1)} %, with a confidence of 95 %.${missed.en} Four times as many payments would halve that interval. That is all that more testing buys.`,
      ru: `Из ${parameter('payments')} платежей не прошло ${failedPercent.toFixed(1)} %. Это не доказывает, что их ${wanted} %: это значит, что с уверенностью 95 % истинная доля лежит между ${lowPercent.toFixed(1)} % и ${highPercent.toFixed(1)} %.${missed.ru} Вчетверо больше платежей сузили бы этот интервал вдвое. Большего от испытаний не добиться.`,
    }
  },
})

/** An interval without the rate that was set is no mistake: what is expected leaves chance far more room. */
const MISSED = {
  en: ' This time it does not: one such interval in twenty misses the truth, which is why a test has to allow for more.',
  ru: ' На этот раз это не так: один такой интервал из двадцати промахивается, потому проверка и обязана допускать больше.',
}

/** A row of a hundred marks: one for each hundredth, the failed ones first. */
function pictureOf(failed: number, of: number): Text {
  const width = 60
  const bad = Math.round((failed / of) * width)
  const bar = '█'.repeat(bad) + '░'.repeat(width - bad)
  return { en: `${bar}\n${failed} of ${of} failed`, ru: `${bar}\nне прошло ${failed} из ${of}` }
}
