import type { Check, Grader } from '../../run/grader.ts'
import { isSameTime } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { call, createOne, expected } from '../repro.ts'
import { PAYMENTS, type PaymentsLab, type Seen } from './payment.ts'

export const updatedAt: Check = {
  criterion: 'payments',
  title: { en: 'PUT renews updated_at', ru: 'PUT обновляет updated_at' },
  why: {
    en: 'updated_at tells when a payment was changed last.',
    ru: 'По updated_at видно, когда платёж изменился в последний раз.',
  },
  hint: {
    en: 'Set updated_at with every update (onupdate=func.now()), leave created_at as it is, and answer with both.',
    ru: 'Обновляйте updated_at при каждом изменении (onupdate=func.now()), created_at не меняйте и отдавайте оба.',
  },
  dependsOn: ['correctness.payments.create'],
}

/** A payment before or after a PUT; `column`: `updated_at` itself, where the database can be asked. */
interface Dated extends Seen {
  readonly column: string | undefined
}

export async function columnOf({ databases }: Grader, id: number): Promise<string | undefined> {
  const database = databases.payments
  if (database === undefined) return undefined
  const columns = await database.query(
    "SELECT 1 FROM information_schema.columns WHERE table_name = 'payments' AND column_name = 'updated_at'",
  )
  if (columns.length === 0) return undefined
  const [row] = await database.query('SELECT updated_at::text AS at FROM payments WHERE id = $1', [id])
  return typeof row?.at === 'string' ? row.at : undefined
}

export function settleUpdatedAt(
  { expect, world }: PaymentsLab,
  before: Dated,
  after: Dated,
  isChanged: boolean,
): void {
  const timeOf = ({ rows, column }: Dated, name: 'updated_at' | 'created_at') =>
    rows.find((row) => typeof row[name] === 'string' || typeof row[name] === 'number')?.[name] ??
    (name === 'updated_at' ? column : undefined)
  const [was, is] = [timeOf(before, 'updated_at'), timeOf(after, 'updated_at')]
  const [made, remade] = [timeOf(before, 'created_at'), timeOf(after, 'created_at')]
  const isShown = is !== undefined
  const mayBeHidden = !isShown && world.databases.payments === undefined
  const times = (body: string) => `$(jq '[.. | .${body}? // empty]' <<< "$BODY")`
  const timesBefore = (body: string) => times(body).replace('$BODY', '$BEFORE')
  expect(
    'payments.updated-at',
    judge(
      {
        en: 'After a PUT, updated_at is later than before, and created_at is as before',
        ru: 'После PUT updated_at стал позже, а created_at не изменился',
      },
      !isChanged
        ? []
        : [
            !isShown &&
              !mayBeHidden &&
              complain({ en: 'There is no updated_at:', ru: 'Нет updated_at:' }, ...after.answers.slice(1)),
            isShown &&
              !isLater(was, is) &&
              complain(
                { en: `updated_at was ${was} and is ${is}.`, ru: `updated_at был ${was}, стал ${is}.` },
                ...after.answers,
              ),
            !isSameTime(made, remade) &&
              complain(
                {
                  en: `created_at was ${made} and is ${remade}.`,
                  ru: `created_at был ${made}, стал ${remade}.`,
                },
                ...after.answers,
              ),
          ],
      {
        answers: [...before.answers.slice(0, 1), ...after.answers.slice(0, 1)],
        undecided: !isChanged
          ? {
              en: 'PUT did not change the payment, so there was no reason to renew updated_at.',
              ru: 'PUT не изменил платёж, поэтому обновлять updated_at было незачем.',
            }
          : mayBeHidden
            ? {
                en: 'The answers do not show updated_at, and the database is not given (--db payments=…).',
                ru: 'Ответы не показывают updated_at, а база данных не указана (--db payments=…).',
              }
            : undefined,
        restsOn: isChanged ? undefined : 'payments.statuses',
        repro: [
          ...createOne(PAYMENTS),
          call('GET', '/payments?order_id=$N'),
          'BEFORE=$BODY',
          'sleep 2',
          call('PUT', '/payments/$ID', '{"status": "pending"}'),
          call('GET', '/payments?order_id=$N'),
          expected('another updated_at', `[ "${times('updated_at')}" != "${timesBefore('updated_at')}" ]`),
          expected('created_at as before', `[ "${times('created_at')}" = "${timesBefore('created_at')}" ]`),
        ],
      },
    ),
  )
}

/** Times in whatever form: later where both can be read, otherwise at least other. */
function isLater(before: unknown, after: unknown): boolean {
  if (before === undefined || before === null) return after !== undefined
  const [from, to] = [before, after].map((time) =>
    typeof time === 'number' ? time : Date.parse(String(time)),
  )
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to))
    return before !== after
  return to > from
}
