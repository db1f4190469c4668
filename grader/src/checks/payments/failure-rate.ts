import { judgeFailureRate, judgeSoFar, periodOf } from '@msctl/scenarios/expectations'
import type { Check } from '../../run/grader.ts'
import { idOf, isOk, rowOf, rowsOf } from '../answers.ts'
import { judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { inBatches, post } from '../objects.ts'
import { create, expected, SEED_LINE } from '../repro.ts'
import { amount, link } from '../resources.ts'
import { DECIDED_WITHIN_MS, PAYMENTS, type PaymentsLab, type Sample, type State } from './payment.ts'

export const failureRate: Check = {
  criterion: 'payments',
  title: { en: '30 % of the payments fail', ru: 'Отклоняется 30 % платежей' },
  why: {
    en: 'The assignment says so: random.random() < 0.3.',
    ru: 'Так сказано в задании: random.random() < 0.3.',
  },
  hint: {
    en: 'failed with probability 0.3, decided anew for each payment; otherwise completed.',
    ru: 'failed с вероятностью 0.3, заново для каждого платежа; иначе completed.',
  },
  dependsOn: ['correctness.payments.create', 'payments.statuses'],
}

export const chance: Check = {
  criterion: 'payments',
  title: { en: 'Which payments fail is random', ru: 'Какие платежи отклоняются — случайно' },
  why: {
    en: 'A payment whose outcome can be predicted does not simulate a failure.',
    ru: 'Платёж с предсказуемым исходом не имитирует отказ.',
  },
  hint: {
    en: 'Ask a random generator, not the id, a counter, the order or the amount.',
    ru: 'Используйте генератор случайных чисел, а не id, счётчик, заказ или сумму.',
  },
  dependsOn: ['correctness.payments.create', 'payments.failure-rate'],
}

/** A prime number of orders, so that no other period looks like "always the same for the same order". */
const ORDERS = 7
/** Created one after another, so that their order is known; enough for {@link periodOf}. */
const IN_ORDER = 48
/** Created from one look at the rate to the next, a few at a time. */
const BETWEEN_LOOKS = 100
const AT_ONCE = 8
/** Where everything takes its time, more at once. */
const AT_ONCE_WHEN_SLOW = 24
const SLOW_MS = 100
const SAMPLING = { rate: 0.3, others: [0.2, 0.45], falseAlarm: 1e-6, looks: 16 }
/** After that, what was seen has to do, in milliseconds. */
const SAMPLING_MS = 25_000

/** Creates payments in a row, and then more, until the rate can be judged. */
export async function sample(lab: PaymentsLab): Promise<void> {
  const { world, state, signal } = lab
  const bodies = Array.from({ length: ORDERS }, (_, index) => ({
    order_id: link(world),
    // From small to large: who lets the large ones fail is found out, too.
    amount: Math.round(amount(world) * 10 ** (index - 3) * 100) / 100,
  }))
  let sent = 0
  const pay = async () => {
    const body = bodies[sent++ % ORDERS]
    const answer = await post(lab, PAYMENTS, body)
    const id = idOf(answer)
    if (state.answers.length < 3) state.answers.push(answer)
    if (!isOk(answer) || id === undefined) state.refused.push(answer)
    else state.samples.push({ id, orderId: body?.order_id, status: rowOf(answer)?.status })
  }
  const deadline = performance.now() + SAMPLING_MS
  const atOnce = world.pace.medianMs < SLOW_MS ? AT_ONCE : AT_ONCE_WHEN_SLOW
  for (let index = 0; index < IN_ORDER && state.refused.length === 0; index++) await pay()
  const inOrder = [...state.samples]
  await settlePending(lab)

  let verdict = judgeSoFar(countOf(state, 'failed'), decidedOf(state).length, SAMPLING)
  const isWorthIt = () =>
    verdict === undefined && state.refused.length === 0 && decidedOf(state).length === state.samples.length
  for (let look = 1; look < SAMPLING.looks && isWorthIt() && performance.now() < deadline; look++) {
    signal.throwIfAborted()
    await inBatches(Array.from({ length: BETWEEN_LOOKS }), atOnce, pay)
    await settlePending(lab)
    verdict = judgeSoFar(countOf(state, 'failed'), decidedOf(state).length, SAMPLING)
  }
  settleRate(lab, verdict)
  settleChance(lab, inOrder)
}

/** Some decide after they have answered: the list tells, which no cache stands in front of. */
async function settlePending({ world, signal, state }: PaymentsLab): Promise<void> {
  const pending = () => state.samples.filter(({ status }) => status === 'pending')
  if (pending().length === 0) return
  await comesTrue(signal, DECIDED_WITHIN_MS, async () => {
    for (const orderId of new Set(pending().map((each) => each.orderId))) {
      const rows = rowsOf(await world.request('GET', `/payments?order_id=${orderId}`)) ?? []
      const statuses = new Map(rows.map((row) => [row.id, row.status]))
      for (const each of pending()) each.status = statuses.get(each.id) ?? each.status
    }
    return pending().length === 0
  })
}

const decidedOf = ({ samples }: State) =>
  samples.filter(({ status }) => status === 'failed' || status === 'completed')
const countOf = ({ samples }: State, status: string) =>
  samples.filter((each) => each.status === status).length

function settleRate(lab: PaymentsLab, verdict: 'right' | 'wrong' | undefined): void {
  const all = lab.state.samples.length
  const of = decidedOf(lab.state).length
  const failed = countOf(lab.state, 'failed')
  const rate = judgeFailureRate({
    ...{ failed, of, expectedRate: SAMPLING.rate },
    falseAlarm: SAMPLING.falseAlarm / SAMPLING.looks,
  })
  const isDecided = of >= IN_ORDER && of === all
  const finding = judge(
    rate.expected,
    [isDecided && verdict === 'wrong' && { what: rate.actual, answers: [] }],
    {
      evidence: [
        { type: 'measurement', label: lab.words({ en: 'Payments', ru: 'Платежей' }), value: of, unit: '' },
        { type: 'measurement', label: lab.words({ en: 'Failed', ru: 'Отклонено' }), value: failed, unit: '' },
      ],
      undecided: isDecided
        ? undefined
        : {
            en: `Only ${of} of ${all} payments were completed or failed: that is not enough to judge a rate.`,
            ru: `Из ${all} платежей только ${of} — completed или failed: этого мало, чтобы судить о доле.`,
          },
      repro: [
        SEED_LINE,
        'PAYMENT=\'{"order_id": \'$N\', "amount": 12.34}\'',
        '# [1-400] has curl send it 400 times.',
        `FAILURES=$(curl -sS "$URL/payments#[1-400]" -H 'Content-Type: application/json' -d "$PAYMENT" | jq -r .status | grep -c failed)`,
        'echo "$FAILURES of 400 failed"',
        expected(
          'about 120; fewer than 75 or more than 165 come by chance less than once in a million times',
          '[ "$FAILURES" -ge 75 -a "$FAILURES" -le 165 ]',
        ),
      ],
    },
  )
  lab.expect('payments.failure-rate', { ...finding, actual: rate.actual })
}

function settleChance(lab: PaymentsLab, inOrder: readonly Sample[]): void {
  const outcomes = inOrder.map(({ status }) => status === 'failed')
  const period = outcomes.length < IN_ORDER ? undefined : periodOf(outcomes)
  const shown = outcomes.map((failed) => (failed ? 'F' : 'c')).join('')
  const what =
    period === ORDERS
      ? {
          en: `The same order with the same amount always has the same outcome: ${shown} (F failed, c completed).`,
          ru: `У одного и того же заказа с той же суммой исход всегда один: ${shown} (F — failed, c — completed).`,
        }
      : {
          en: `The outcomes repeat after every ${period}: ${shown} (F failed, c completed).`,
          ru: `Исходы повторяются через каждые ${period}: ${shown} (F — failed, c — completed).`,
        }
  const finding = judge(
    {
      en: `The outcomes of ${inOrder.length} payments in a row do not repeat.`,
      ru: `Исходы ${inOrder.length} платежей подряд не повторяются.`,
    },
    [period !== undefined && { what, answers: [] }],
    {
      repro: [
        SEED_LINE,
        'OUTCOMES=',
        `for I in $(seq ${IN_ORDER}); do`,
        `  ORDER=$((N + I % ${ORDERS})); AMOUNT=$((10 + I % ${ORDERS}))`,
        `  ${create('/payments', '{"order_id": $ORDER, "amount": $AMOUNT}')}`,
        '  OUTCOMES=$OUTCOMES$(jq -r .status <<< "$BODY" | cut -c 1)',
        'done',
        'echo "$OUTCOMES"',
        `for P in $(seq ${IN_ORDER / 3}); do`,
        `  [ "$(cut -c $((P + 1))- <<< $OUTCOMES)" = "$(cut -c -$((${IN_ORDER} - P)) <<< $OUTCOMES)" ] && break`,
        'done',
        expected('they do not repeat after every few (here: $P)', `[ $P = ${IN_ORDER / 3} ]`),
      ],
    },
  )
  lab.expect('payments.chance', finding)
}
