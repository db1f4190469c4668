import { setTimeout as delay } from 'node:timers/promises'
import type { Lab } from '@msctl/scenarios'
import { judgeFailureRate, judgeSoFar, periodOf } from '@msctl/scenarios/expectations'
import type { Answer, Check, CheckFinding, Experiment, Grader } from '../run/grader.ts'
import { idOf, isOk, type Row, rowOf, rowsOf, says } from './answers.ts'
import { judgeFilter } from './filter.ts'
import { complain, judge } from './judge.ts'
import { comesTrue } from './locks.ts'
import { type Created, create, inBatches, post } from './objects.ts'
import { call, create as createLine, createOne, expected, holds, SAMPLE, SEED_LINE } from './repro.ts'
import { amount, link, RESOURCES } from './resources.ts'

/** A payment whose fate is watched. */
interface Sample {
  readonly id: number
  readonly orderId: unknown
  status: unknown
}

interface State {
  /** Created first and changed last, so that time has passed. */
  early?: Created
  createdAt: number
  samples: Sample[]
  refused: Answer[]
  answers: Answer[]
}

type PaymentsLab = Lab<Grader, State>

const PAYMENTS = RESOURCES.payments
const STATUSES = ['pending', 'completed', 'failed']

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
/** An implementation may decide after its answer. */
const DECIDED_WITHIN_MS = 5_000
/** So that `updated_at` differs even where it has whole seconds only, in milliseconds. */
const TIME_STEP_MS = 1_100

const check = (rest: Omit<Check, 'criterion'>): Check => ({
  criterion: 'payments',
  ...rest,
  dependsOn: ['correctness.payments.create', ...(rest.dependsOn ?? [])],
})

/** The additional service of the assignment: payments, of which three in ten fail. */
export const payments: Experiment<State> = {
  needs: ['http'],
  uses: ['payments'],
  expectedMs: () => 6_000,
  sheet: {
    name: 'payments',
    title: { en: 'Payments', ru: 'Платежи' },
    question: {
      en: 'Do three payments in ten fail, by chance?',
      ru: 'Не проходят ли случайно три платежа из десяти?',
    },
    idea: {
      en: 'Payments are created until chance can be told from everything else; then one of them is changed.',
      ru: 'Платежи создаются, пока случай не станет отличим от всего остального; затем один из них меняется.',
    },
    state: () => ({ createdAt: 0, samples: [], refused: [], answers: [] }),
    expectations: {
      'payments.statuses': check({
        title: {
          en: 'A payment is completed or failed once it is created, and PUT sets each of the three statuses',
          ru: 'Созданный платёж — completed или failed, а PUT ставит любой из трёх статусов',
        },
        why: {
          en: 'The status is what a payment is about: pending, completed or failed, and nothing else.',
          ru: 'Статус — суть платежа: pending, completed или failed и никакой другой.',
        },
        hint: {
          en: 'Decide the status when creating, commit it, and let PUT store the one that it is given.',
          ru: 'Определяйте статус при создании, сохраняйте его, а PUT пусть сохраняет присланный.',
        },
      }),
      'payments.failure-rate': check({
        title: { en: '30 % of the payments fail', ru: 'Не проходят 30 % платежей' },
        why: {
          en: 'The assignment says so: random.random() < 0.3.',
          ru: 'Так сказано в задании: random.random() < 0.3.',
        },
        hint: {
          en: 'failed with probability 0.3, decided anew for each payment; all others completed.',
          ru: 'failed с вероятностью 0.3, заново для каждого платежа; остальные — completed.',
        },
        dependsOn: ['payments.statuses'],
      }),
      'payments.chance': check({
        title: { en: 'Which of them fail is left to chance', ru: 'Какие именно не проходят — дело случая' },
        why: {
          en: 'A payment whose fate can be foretold simulates no failure.',
          ru: 'Платёж с предсказуемой судьбой не имитирует отказ.',
        },
        hint: {
          en: 'Ask a random generator, not the id, a counter, the order or the amount.',
          ru: 'Спрашивайте генератор случайных чисел, а не id, счётчик, заказ или сумму.',
        },
        dependsOn: ['payments.failure-rate'],
      }),
      'payments.filter': check({
        title: {
          en: 'GET /payments?order_id= gives the payments of that order',
          ru: 'GET /payments?order_id= отдаёт платежи этого заказа',
        },
        why: {
          en: 'Whoever asks for one order gets neither less nor those of others.',
          ru: 'Кто спрашивает об одном заказе, получает его платежи — все и только их.',
        },
        hint: {
          en: 'The parameter is order_id; compare it with the column of that name, equal and as a number.',
          ru: 'Параметр называется order_id; сравнивайте его со столбцом order_id — на равенство, как число.',
        },
      }),
      'payments.updated-at': check({
        title: { en: 'PUT touches updated_at', ru: 'PUT обновляет updated_at' },
        why: {
          en: 'It is there to tell when a payment was changed last.',
          ru: 'Он нужен, чтобы знать, когда платёж меняли в последний раз.',
        },
        hint: {
          en: 'Set it with every update (onupdate=func.now()), leave created_at alone, and answer with both.',
          ru: 'Обновляйте его при каждом изменении (onupdate=func.now()), created_at не трогайте и отдавайте оба.',
        },
      }),
    },
    steadyState: [],
    steps: [
      {
        title: { en: 'Create one to be changed later', ru: 'Создать платёж, который изменится потом' },
        run: async ({ state, world }) => {
          Object.assign(state, { early: await create({ world }, PAYMENTS), createdAt: performance.now() })
        },
      },
      { title: { en: 'Filter by order', ru: 'Отфильтровать по заказу' }, run: filterByOrder },
      { title: { en: 'Create many', ru: 'Создать много' }, run: sample },
      { title: { en: 'Change one', ru: 'Изменить один' }, run: change },
    ],
  },
}

async function filterByOrder(lab: PaymentsLab): Promise<void> {
  const orderId = link(lab.world)
  const bodies = [orderId, orderId, Number(`${orderId}7`)].map((order_id) => ({
    order_id,
    amount: amount(lab.world),
  }))
  const made: Created[] = []
  for (const body of bodies) {
    const one = await create(lab, PAYMENTS, body)
    if (one === undefined) return
    made.push(one)
  }
  const {
    expected: wanted,
    complaints,
    answers,
    repro,
  } = await judgeFilter(lab, PAYMENTS, {
    ids: made.map(({ id }) => id),
    bodies,
  })
  lab.expect('payments.filter', judge(wanted, complaints, { answers, repro }))
}

async function sample(lab: PaymentsLab): Promise<void> {
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
  const of = decidedOf(lab.state).length
  const failed = countOf(lab.state, 'failed')
  const { expected: wanted, actual } = judgeFailureRate({
    ...{ failed, of, expectedRate: SAMPLING.rate },
    falseAlarm: SAMPLING.falseAlarm / SAMPLING.looks,
  })
  lab.expect('payments.failure-rate', {
    held: verdict !== 'wrong',
    expected: wanted,
    actual,
    evidence: [
      { type: 'measurement', label: lab.words({ en: 'Payments', ru: 'Платежей' }), value: of, unit: '' },
      { type: 'measurement', label: lab.words({ en: 'Failed', ru: 'Не прошло' }), value: failed, unit: '' },
    ],
    ...((of < IN_ORDER || of < lab.state.samples.length) && {
      held: true,
      undecided: {
        en: `Only ${of} of ${lab.state.samples.length} payments were completed or failed: a rate cannot be judged by that.`,
        ru: `Из ${lab.state.samples.length} платежей только ${of} — completed или failed: по ним о доле не судить.`,
      },
    }),
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
  } as CheckFinding)
}

function settleChance(lab: PaymentsLab, inOrder: readonly Sample[]): void {
  const outcomes = inOrder.map(({ status }) => status === 'failed')
  const period = outcomes.length < IN_ORDER ? undefined : periodOf(outcomes)
  const shown = outcomes.map((failed) => (failed ? 'F' : 'c')).join('')
  lab.expect('payments.chance', {
    held: period === undefined,
    expected: {
      en: `The outcomes of ${inOrder.length} payments in a row follow no pattern.`,
      ru: `Исходы ${inOrder.length} платежей подряд не складываются в узор.`,
    },
    actual:
      period === undefined
        ? { en: 'They follow none.', ru: 'Не складываются.' }
        : period === ORDERS
          ? {
              en: `The same order and amount always come out the same: ${shown}`,
              ru: `Один и тот же заказ с той же суммой всегда кончается одинаково: ${shown}`,
            }
          : {
              en: `They repeat after every ${period}: ${shown} (F failed, c completed).`,
              ru: `Они повторяются через каждые ${period}: ${shown} (F — failed, c — completed).`,
            },
    repro: [
      SEED_LINE,
      'OUTCOMES=',
      `for I in $(seq ${IN_ORDER}); do`,
      `  ORDER=$((N + I % ${ORDERS})); AMOUNT=$((10 + I % ${ORDERS}))`,
      `  ${createLine('/payments', '{"order_id": $ORDER, "amount": $AMOUNT}')}`,
      '  OUTCOMES=$OUTCOMES$(jq -r .status <<< "$BODY" | cut -c 1)',
      'done',
      'echo "$OUTCOMES"',
      `for P in $(seq ${IN_ORDER / 3}); do`,
      `  [ "$(cut -c $((P + 1))- <<< $OUTCOMES)" = "$(cut -c -$((${IN_ORDER} - P)) <<< $OUTCOMES)" ] && break`,
      'done',
      expected('they do not repeat after every few (here: $P)', `[ $P = ${IN_ORDER / 3} ]`),
    ],
  } as CheckFinding)
}

async function change(lab: PaymentsLab): Promise<void> {
  const { early, createdAt } = lab.state
  if (early === undefined) return
  const { id } = early
  await delay(Math.max(0, createdAt + TIME_STEP_MS - performance.now()), undefined, { signal: lab.signal })
  const before = await lookAt(lab, early)
  const now = before.rows[0]?.status
  // Where nothing changes, nothing need be touched.
  const [next = 'pending', ...rest] = [
    ...STATUSES.filter((status) => status !== now),
    ...STATUSES.filter((status) => status === now),
  ]
  const put = (status: string) => lab.world.request('PUT', `/payments/${id}`, { json: { status } })
  const first = await put(next)
  const after = await lookAt(lab, early)
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
  const undecided = state.samples.filter(({ status }) => status !== 'failed' && status !== 'completed')
  const others = [...new Set(undecided.map(({ status }) => JSON.stringify(status)))].join(', ')
  expect(
    'payments.statuses',
    judge(
      {
        en: 'completed or failed after POST; what PUT sets is what GET gives',
        ru: 'После POST — completed или failed; что поставил PUT, то отдаёт GET',
      },
      [
        state.refused.length > 0 &&
          complain({ en: 'Not created:', ru: 'Не создан:' }, ...state.refused.slice(0, 3)),
        undecided.length > 0 &&
          complain(
            {
              en: `${undecided.length} of ${state.samples.length} payments are ${others}.`,
              ru: `${undecided.length} из ${state.samples.length} платежей в состоянии ${others}.`,
            },
            ...state.answers,
          ),
        wrong.length > 0 && complain({ en: 'PUT did not set it:', ru: 'PUT не поставил статус:' }, ...wrong),
      ],
      {
        answers: state.answers,
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
            expected(status, holds(`.status == "${status}"`)),
          ]),
        ],
      },
    ),
  )
}

interface Seen {
  /** As the list of its order shows it, and as it is by id: the first may not be there, the second may be a cache's. */
  readonly rows: readonly Row[]
  readonly answers: readonly Answer[]
  /** The column itself, where the database can be asked. */
  readonly column: string | undefined
}

async function lookAt({ world }: PaymentsLab, { id, body }: Created): Promise<Seen> {
  const list = await world.request('GET', `/payments?order_id=${body.order_id}`)
  const one = await world.request('GET', `/payments/${id}`)
  const rows = [rowsOf(list)?.find((row) => row.id === id), rowOf(one)].filter((row) => row !== undefined)
  return { rows, answers: [list, one], column: await columnOf(world, id) }
}

async function columnOf({ databases }: Grader, id: number): Promise<string | undefined> {
  const database = databases.payments
  if (database === undefined) return undefined
  const columns = await database.query(
    "SELECT 1 FROM information_schema.columns WHERE table_name = 'payments' AND column_name = 'updated_at'",
  )
  if (columns.length === 0) return undefined
  const [row] = await database.query('SELECT updated_at::text AS at FROM payments WHERE id = $1', [id])
  return typeof row?.at === 'string' ? row.at : undefined
}

function settleUpdatedAt(
  { expect, world }: PaymentsLab,
  before: Seen,
  after: Seen,
  isChanged: boolean,
): void {
  const timeOf = ({ rows, column }: Seen, name: 'updated_at' | 'created_at') =>
    rows.find((row) => typeof row[name] === 'string' || typeof row[name] === 'number')?.[name] ??
    (name === 'updated_at' ? column : undefined)
  const [was, is] = [timeOf(before, 'updated_at'), timeOf(after, 'updated_at')]
  const [made, remade] = [timeOf(before, 'created_at'), timeOf(after, 'created_at')]
  const wanted = {
    en: 'After a PUT, updated_at is later than before, and created_at is as before',
    ru: 'После PUT updated_at стал позже, а created_at не изменился',
  }
  const isShown = is !== undefined
  const complaints = [
    !isShown && complain({ en: 'There is no updated_at:', ru: 'Нет updated_at:' }, ...after.answers.slice(1)),
    isShown &&
      !isLater(was, is) &&
      complain(
        { en: `updated_at was ${was} and is ${is}.`, ru: `updated_at был ${was}, стал ${is}.` },
        ...after.answers,
      ),
    made !== remade &&
      complain(
        { en: `created_at was ${made} and is ${remade}.`, ru: `created_at был ${made}, стал ${remade}.` },
        ...after.answers,
      ),
  ]
  const finding = judge(wanted, isChanged ? complaints : [], {
    answers: [...before.answers.slice(0, 1), ...after.answers.slice(0, 1)],
    repro: [
      ...createOne(PAYMENTS),
      call('GET', '/payments?order_id=$N'),
      'BEFORE=$BODY',
      'sleep 2',
      call('PUT', '/payments/$ID', '{"status": "pending"}'),
      call('GET', '/payments?order_id=$N'),
      expected(
        'another updated_at',
        `[ "$(jq '[.. | .updated_at? // empty]' <<< "$BODY")" != "$(jq '[.. | .updated_at? // empty]' <<< "$BEFORE")" ]`,
      ),
      expected(
        'created_at as before',
        `[ "$(jq '[.. | .created_at? // empty]' <<< "$BODY")" = "$(jq '[.. | .created_at? // empty]' <<< "$BEFORE")" ]`,
      ),
    ],
  })
  const mayBeHidden = !isShown && world.databases.payments === undefined
  expect('payments.updated-at', {
    ...finding,
    ...(mayBeHidden && { held: true }),
    ...(!isChanged && {
      undecided: {
        en: 'PUT did not change the payment, so there was nothing to touch updated_at for.',
        ru: 'PUT не изменил платёж, и обновлять updated_at было незачем.',
      },
    }),
    ...(isChanged &&
      mayBeHidden && {
        undecided: {
          en: 'The answers do not show updated_at, and the database is not given (--db payments=…).',
          ru: 'Ответы не показывают updated_at, а база данных не указана (--db payments=…).',
        },
      }),
  } as CheckFinding)
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
