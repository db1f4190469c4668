import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Check } from '../../run/grader.ts'
import { idOf, isOk, isRefused, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { create, inCalm, post } from '../objects.ts'
import { call, create as createLine, expected, hasStatus, holds, SAMPLE, SEED_LINE } from '../repro.ts'
import { DECIDED_WITHIN_MS, lookAt, PAYMENTS, type PaymentsLab, STATUSES } from './payment.ts'
import { columnOf, settleUpdatedAt } from './updated-at.ts'

export const statuses: Check = {
  criterion: 'payments',
  title: {
    en: 'POST makes a payment completed or failed, and PUT sets each of the three statuses',
    ru: 'POST создаёт платёж completed или failed, а PUT ставит любой из трёх статусов',
  },
  why: {
    en: 'The status says what became of a payment.',
    ru: 'Статус говорит, чем кончился платёж.',
  },
  hint: {
    en: 'Decide the status when the payment is created, and commit it. Let PUT store the status that it is given.',
    ru: 'Определяйте статус при создании платежа и сохраняйте его. PUT пусть сохраняет присланный статус.',
  },
  dependsOn: ['correctness.payments.create'],
}

/** So that `updated_at` differs even where it has whole seconds only, in milliseconds. */
const TIME_STEP_MS = 1_100

/** Sets each status of a payment that was created a while ago. */
export async function changeEarly(lab: PaymentsLab): Promise<void> {
  const { early, createdAt } = lab.state
  if (early === undefined) return
  const { id } = early
  await delay(Math.max(0, createdAt + TIME_STEP_MS - performance.now()), undefined, { signal: lab.signal })
  const look = async () => ({ ...(await lookAt(lab, early)), column: await columnOf(lab.world, id) })
  const before = await look()
  const now = before.rows[0]?.status
  // Where nothing changes, nothing need be touched.
  const [next, ...rest] = [
    ...STATUSES.filter((status) => status !== now),
    ...STATUSES.filter((status) => status === now),
  ]
  const put = (status: unknown) => lab.world.request('PUT', `/payments/${id}`, { json: { status } })
  const first = await put(next)
  const after = await look()
  const wrong: Answer[] =
    isOk(first) && after.rows.some((row) => says(row, { id, status: next })) ? [] : [first, ...after.answers]
  for (const status of rest) {
    const answer = await put(status)
    const seen = await lookAt(lab, early)
    if (!isOk(answer) || !seen.rows.some((row) => says(row, { id, status })))
      wrong.push(answer, ...seen.answers)
  }
  settleStatuses(lab, wrong)
  settleUpdatedAt(lab, before, after, isOk(first))
}

function settleStatuses({ expect, state }: PaymentsLab, wrong: readonly Answer[]): void {
  const { samples, refused, answers } = state
  const undecided = samples.filter(({ status }) => status !== 'failed' && status !== 'completed')
  const others = [...new Set(undecided.map(({ status }) => JSON.stringify(status) ?? 'missing'))].join(', ')
  expect(
    'payments.statuses',
    judge(
      {
        en: 'completed or failed after POST; the status that PUT sets is the one that GET gives',
        ru: 'После POST — completed или failed; статус, который поставил PUT, отдаёт GET',
      },
      [
        refused.length > 0 &&
          complain({ en: 'POST created no payment:', ru: 'POST не создал платёж:' }, ...refused.slice(0, 3)),
        undecided.length > 0 &&
          complain(
            {
              en: `The status of ${undecided.length} of ${samples.length} payments is ${others}.`,
              ru: `Статус ${undecided.length} из ${samples.length} платежей: ${others}.`,
            },
            ...answers,
          ),
        wrong.length > 0 &&
          complain({ en: 'PUT did not set the status:', ru: 'PUT не поставил статус:' }, ...wrong),
      ],
      {
        answers,
        repro: [
          SEED_LINE,
          createLine('/payments', SAMPLE.payments.json),
          '# It may be decided a moment after the answer.',
          'sleep 1',
          call('GET', '/payments?order_id=$N'),
          expected(
            'completed or failed',
            holds('[.. | objects | .status // empty] | . == ["completed"] or . == ["failed"]'),
          ),
          ...STATUSES.flatMap((status) => [
            call('PUT', '/payments/$ID', `{"status": "${status}"}`),
            call('GET', '/payments/$ID'),
            expected(`${status}`, holds(`.status == "${status}"`)),
          ]),
        ],
      },
    ),
  )
}

export const statusValues: Check = {
  criterion: 'payments',
  title: {
    en: 'A payment has no status but the three, and POST takes none from its sender',
    ru: 'Других статусов, кроме трёх, у платежа не бывает, и POST не берёт статус у отправителя',
  },
  why: {
    en: 'A status that nobody knows breaks whoever reads it, and a sender who sets it decides that a payment succeeds.',
    ru: 'Неизвестный статус ломает тех, кто его читает, а отправитель, который его задаёт, сам решает, что платёж прошёл.',
  },
  hint: {
    en: 'Restrict the status to pending, completed and failed (Literal, Enum) and answer anything else with 422. Leave it out of the schema of POST.',
    ru: 'Ограничьте статус значениями pending, completed и failed (Literal, Enum) и отвечайте на остальное 422. В схеме POST его быть не должно.',
  },
  dependsOn: ['correctness.payments.create'],
}

const OTHER_STATUS = 'refunded'

/** Sends a status that there is not, with PUT and with POST, and one that only the service may decide, with POST. */
export async function sendOtherStatuses(lab: PaymentsLab): Promise<void> {
  const { world, state } = lab
  const made = await create(lab, PAYMENTS)
  if (made === undefined) return
  const send = async <T>(what: T, work: (what: T) => Promise<Answer>) =>
    (await inCalm(lab, PAYMENTS, made.id, [what], work))[0] as Answer
  const put = await send({ status: OTHER_STATUS }, (json) =>
    world.request('PUT', `/payments/${made.id}`, { json }),
  )
  const changed = await lookAt(lab, made)
  const posted = await Promise.all(
    [OTHER_STATUS, 'pending'].map(async (status) => {
      const json = { ...PAYMENTS.make(world), status }
      const answer = await send(json, (body) => post(lab, PAYMENTS, body))
      const id = isOk(answer) ? idOf(answer) : undefined
      let answers = [answer]
      const isKept = async () => {
        if (id === undefined) return false
        const seen = await lookAt(lab, { id, body: json, answer })
        answers = [answer, ...seen.answers]
        return seen.rows.some((row) => row.status === status)
      }
      // One that is decided after the answer is pending for a while.
      const isTaken = !(await comesTrue(lab.signal, DECIDED_WITHIN_MS, async () => !(await isKept())))
      return { status, isTaken, answers }
    }),
  )
  const stored = changed.rows.filter(({ status }) => status === OTHER_STATUS)
  const areDecided = state.samples.every(({ status }) => status === 'failed' || status === 'completed')
  lab.expect(
    'payments.status-values',
    judge(
      {
        en: `PUT of the status ${OTHER_STATUS} is answered with a 4xx, or changes nothing; POST decides the status by itself`,
        ru: `На PUT со статусом ${OTHER_STATUS} ответ 4xx, или он ничего не меняет; POST определяет статус сам`,
      },
      [
        stored.length > 0 &&
          complain(
            { en: `PUT stored the status ${OTHER_STATUS}:`, ru: `PUT сохранил статус ${OTHER_STATUS}:` },
            put,
            ...changed.answers.slice(1),
          ),
        !isOk(put) &&
          !isRefused(put) &&
          put.status !== 404 &&
          put.status !== 405 &&
          complain(
            {
              en: `PUT of the status ${OTHER_STATUS} is not answered with a 4xx:`,
              ru: `На PUT со статусом ${OTHER_STATUS} ответ не 4xx:`,
            },
            put,
          ),
        ...posted.map(
          ({ status, isTaken, answers }) =>
            isTaken &&
            // One that stays pending in any case is for another check to say.
            (areDecided || status !== 'pending') &&
            complain(
              {
                en: `POST took the status ${status} from its body:`,
                ru: `POST взял статус ${status} из тела запроса:`,
              },
              ...answers,
            ),
        ),
      ],
      {
        answers: [put, ...posted.flatMap(({ answers }) => answers.slice(0, 1))],
        repro: [
          SEED_LINE,
          createLine('/payments', SAMPLE.payments.json),
          call('PUT', '/payments/$ID', `{"status": "${OTHER_STATUS}"}`),
          expected('400 or 422, or nothing has changed', hasStatus('2..|400|409|415|422')),
          call('GET', '/payments/$ID'),
          expected('one of the three', holds('.status | IN("pending", "completed", "failed")')),
          ...[OTHER_STATUS, 'pending'].flatMap((status) => [
            call('POST', '/payments', `{"order_id": 1$N, "amount": 12.34, "status": "${status}"}`),
            `# It may be decided a moment after the answer.`,
            'sleep 1',
            call('GET', '/payments?order_id=1$N'),
            expected(`not ${status}`, holds(`[.. | objects | .status // empty] | index("${status}") | not`)),
          ]),
        ],
      },
    ),
  )
}
