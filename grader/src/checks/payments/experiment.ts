import type { Check, Experiment } from '../../run/grader.ts'
import { judgeFilter } from '../filter.ts'
import { judge } from '../judge.ts'
import { type Created, create } from '../objects.ts'
import { amount, link } from '../resources.ts'
import { chance, failureRate, sample } from './failure-rate.ts'
import { PAYMENTS, type PaymentsLab, type State } from './payment.ts'
import { changeEarly, sendOtherStatuses, statuses, statusValues } from './statuses.ts'
import { updatedAt } from './updated-at.ts'

const filter: Check = {
  criterion: 'payments',
  title: {
    en: 'GET /payments?order_id= gives the payments of that order',
    ru: 'GET /payments?order_id= отдаёт платежи этого заказа',
  },
  why: {
    en: 'Whoever asks for one order wants all of its payments, and none of other orders.',
    ru: 'Кто запрашивает один заказ, хочет получить все его платежи и ни одного чужого.',
  },
  hint: {
    en: 'The parameter is order_id. The gateway has to pass it on, and the service compares it with the column of that name, as a number and for equality.',
    ru: 'Параметр называется order_id. Шлюз должен его передать, а сервис — сравнить со столбцом order_id как число, на равенство.',
  },
  dependsOn: ['correctness.payments.create'],
}

/** The additional service of the assignment: payments, of which three in ten fail. */
export const payments: Experiment<State> = {
  needs: ['http'],
  uses: ['payments'],
  expectedMs: () => 6_000,
  sheet: {
    name: 'payments',
    title: { en: 'Payments', ru: 'Платежи' },
    question: {
      en: 'Do three payments in ten fail, at random?',
      ru: 'Отклоняются ли случайные три платежа из десяти?',
    },
    idea: {
      en: 'Payments are created until chance can be told from everything else. Then one of them is changed.',
      ru: 'Платежи создаются, пока случайность не станет отличима от всего остального. Затем один из них меняется.',
    },
    state: () => ({ createdAt: 0, samples: [], refused: [], answers: [] }),
    expectations: {
      'payments.statuses': statuses,
      'payments.status-values': statusValues,
      'payments.failure-rate': failureRate,
      'payments.chance': chance,
      'payments.filter': filter,
      'payments.updated-at': updatedAt,
    },
    steadyState: [],
    steps: [
      {
        title: {
          en: 'Create a payment that is changed later',
          ru: 'Создать платёж, который изменится позже',
        },
        run: async (lab) => {
          Object.assign(lab.state, { early: await create(lab, PAYMENTS), createdAt: performance.now() })
        },
      },
      { title: { en: 'Filter by order', ru: 'Отфильтровать по заказу' }, run: filterByOrder },
      { title: { en: 'Create many payments', ru: 'Создать много платежей' }, run: sample },
      { title: { en: 'Change one', ru: 'Изменить один' }, run: changeEarly },
      { title: { en: 'Send other statuses', ru: 'Отправить другие статусы' }, run: sendOtherStatuses },
    ],
  },
}

async function filterByOrder(lab: PaymentsLab): Promise<void> {
  const orderId = link(lab.world)
  const made: Created[] = []
  // The last number begins with the first.
  for (const order_id of [orderId, orderId, Number(`${orderId}7`)]) {
    const one = await create(lab, PAYMENTS, { order_id, amount: amount(lab.world) })
    if (one === undefined) return
    made.push(one)
  }
  const ids = made.map(({ id }) => id)
  const judged = await judgeFilter(lab, PAYMENTS, { ids, bodies: made.map(({ body }) => body) })
  lab.expect('payments.filter', judge(judged.expected, judged.complaints, judged))
}
