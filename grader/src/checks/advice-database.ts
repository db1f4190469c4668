import { setTimeout as delay } from 'node:timers/promises'
import type { Lab } from '@msctl/scenarios'
import type { HeldTable } from '@msctl/scenarios/world'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, CheckFinding, Experiment, Grader } from '../run/grader.ts'
import { isOk, rowOf, told } from './answers.ts'
import { complain, judge } from './judge.ts'
import { comesTrue, holdServiceTable } from './locks.ts'
import { create, unknownId } from './objects.ts'
import { call, create as createLine, databaseOf, expected, holds, SAMPLE, SEED_LINE } from './repro.ts'
import { RESOURCES } from './resources.ts'
import { createServiceControl } from './service-control.ts'

type DatabaseLab = Lab<Grader, Record<never, never>>

/** Whether a column leads an index: by name in lower case, as an implementation may have written it either way. */
const LEADING_COLUMN = `
  SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = to_regclass($1) AND lower(a.attname) = $2`

/** Looks whether a filter has an index. Disturbs nothing. */
function indexAdviceOf(service: 'orders' | 'payments'): Experiment<Record<never, never>> {
  const { filter = '', path } = RESOURCES[service]
  const id = `advice.${service}.filter-index`
  return {
    needs: ['http', 'db'],
    uses: [service],
    sheet: {
      name: `advice-index-${service}`,
      title: { en: `The index for ${path}?${filter}=`, ru: `Индекс для ${path}?${filter}=` },
      question: { en: 'Does the filter read the whole table?', ru: 'Читает ли фильтр всю таблицу?' },
      idea: {
        en: 'PostgreSQL tells which columns lead an index.',
        ru: 'PostgreSQL сообщает, какие столбцы стоят в индексах первыми.',
      },
      state: () => ({}),
      expectations: {
        [id]: {
          criterion: 'correctness',
          isAdvice: true,
          needs: ['db'],
          title: { en: `${path}?${filter}= has an index`, ru: `Для ${path}?${filter}= есть индекс` },
          why: {
            en: 'Without an index every filtered request reads the whole table: fast in class, slow with a million rows.',
            ru: 'Без индекса каждый запрос с фильтром читает всю таблицу: на занятии быстро, на миллионе строк — нет.',
          },
          hint: {
            en: `index=True on the column, or CREATE INDEX ON ${service} ("${filter}").`,
            ru: `index=True у столбца или CREATE INDEX ON ${service} ("${filter}").`,
          },
        },
      },
      steadyState: [],
      steps: [
        {
          title: { en: 'Look for an index', ru: 'Поискать индекс' },
          run: async (lab) => {
            const database = lab.world.databases[service]
            if (database === undefined) return
            const [table] = await database.query('SELECT to_regclass($1)::text AS name', [
              `public.${service}`,
            ])
            const found = await database.query(LEADING_COLUMN, [`public.${service}`, filter.toLowerCase()])
            const isThere = typeof table?.name === 'string'
            lab.expect(id, {
              held: !isThere || found.length > 0,
              expected: { en: `An index that begins with ${filter}`, ru: `Индекс, начинающийся с ${filter}` },
              actual: { en: 'There is none.', ru: 'Такого нет.' },
              repro: [
                `INDEXES=$(psql "${databaseOf(service)}" -Atc "SELECT indexdef FROM pg_indexes WHERE tablename = '${service}'")`,
                'echo "$INDEXES"',
                expected(`an index that begins with ${filter}`, `grep -iqE '\\("?${filter}' <<< "$INDEXES"`),
              ],
              ...(!isThere && {
                undecided: {
                  en: `There is no table ${service} to look at.`,
                  ru: `Таблицы ${service}, на которую можно посмотреть, нет.`,
                },
              }),
            } as CheckFinding)
          },
        },
      ],
    },
  }
}

/** Within which a gateway ought to give up a service that hangs, in milliseconds. */
const PATIENCE_MS = 10_000
/** For how long a script holds its table: longer than that. */
const HELD_SECONDS = 12
/** The services whose tables are held: any would do, and two can be held at once. */
const HANGING: ServiceName = 'payments'
const STOPPED: ServiceName = 'orders'

/** What a gateway does with a service that neither answers nor refuses. */
const hangingService: Experiment<Record<never, never>> = {
  needs: ['http', 'db'],
  uses: [HANGING],
  isAboutOutages: true,
  expectedMs: () => 5_000,
  sheet: {
    name: 'advice-hanging-service',
    title: { en: 'A service that hangs', ru: 'Зависший сервис' },
    question: { en: 'Does the gateway give up?', ru: 'Сдастся ли шлюз?' },
    idea: {
      en: 'With its table held, a service can neither answer nor refuse.',
      ru: 'Пока таблица занята, сервис не может ни ответить, ни отказать.',
    },
    state: () => ({}),
    expectations: {
      'advice.gateway.timeout': {
        criterion: 'circuit-breaker',
        isAdvice: true,
        needs: ['db'],
        title: {
          en: `The gateway gives up a service that hangs within ${PATIENCE_MS / 1000} s`,
          ru: `Шлюз перестаёт ждать зависший сервис не позже чем через ${PATIENCE_MS / 1000} с`,
        },
        why: {
          en: 'A hanging service is the worst of failures: without a time limit, all callers hang with it, and no circuit opens.',
          ru: 'Зависший сервис — худший из сбоев: без ограничения времени с ним зависают все, и предохранитель не размыкается.',
        },
        hint: {
          en: 'Give the HTTP client of the gateway a timeout (httpx.AsyncClient(timeout=3)) and count it as a failure.',
          ru: 'Задайте HTTP-клиенту шлюза тайм-аут (httpx.AsyncClient(timeout=3)) и считайте его сбоем.',
        },
        dependsOn: [`correctness.${HANGING}.list`],
      },
    },
    steadyState: [],
    steps: [
      {
        title: { en: 'Hold its table and ask', ru: 'Занять таблицу и спросить' },
        run: async (lab) => {
          const known = await create(lab, RESOURCES[HANGING])
          const seen = await askWhileHeld(lab, HANGING, async (asked) =>
            Promise.race([asked, delay(PATIENCE_MS, undefined, { signal: lab.signal })]),
          )
          if (seen === undefined) return
          // What was a failure to the circuit is followed by what is none.
          if (known !== undefined) await lab.world.request('GET', `/${HANGING}/${known.id}`)
          const { early, isHeld } = seen
          const wanted = {
            en: `An answer within ${PATIENCE_MS / 1000} s, whichever`,
            ru: `Ответ не позже чем через ${PATIENCE_MS / 1000} с, какой угодно`,
          }
          const isLate = isHeld && early === undefined
          lab.expect('advice.gateway.timeout', {
            ...judge(
              wanted,
              [
                isLate && {
                  what: {
                    en: 'There was no answer until the table was released.',
                    ru: 'Ответа не было, пока таблицу не освободили.',
                  },
                  answers: [seen.answer],
                },
              ],
              {
                answers: [seen.answer],
                repro: [
                  `hold "${databaseOf(HANGING)}" ${HANGING} ${HELD_SECONDS}`,
                  `STATUS=$(curl -sS -m ${PATIENCE_MS / 1000} -o /dev/null -w '%{http_code}' "$URL/${HANGING}")`,
                  expected(`an answer after ${PATIENCE_MS / 1000} s at the most`, '[ "$STATUS" != 000 ]'),
                  'wait',
                ],
              },
            ),
            ...(!isHeld && { undecided: NOT_HELD }),
          } as CheckFinding)
        },
      },
    ],
  },
}

const NOT_HELD = {
  en: 'The service could not be seen to wait for its table.',
  ru: 'Не удалось увидеть, что сервис ждёт свою таблицу.',
}

/** Asks a service whose table is held for its list; ends the hold when `during` is over. */
async function askWhileHeld<T>(
  lab: DatabaseLab,
  service: ServiceName,
  during: (asked: Promise<Answer>, held: HeldTable) => Promise<T>,
): Promise<{ early: T; isHeld: boolean; answer: Answer } | undefined> {
  const held = await holdServiceTable(lab, service)
  if (held === undefined) return undefined
  const asked = lab.world.request('GET', `/${service}`, { timeoutMs: PATIENCE_MS + 2_000 })
  try {
    const isHeld = await comesTrue(
      lab.signal,
      1_000 + 4 * lab.world.pace.p99Ms,
      async () => (await held.waiting()) > 0,
    )
    const early = isHeld ? await during(asked, held) : (undefined as T)
    await held.release()
    return { early, isHeld, answer: await asked }
  } finally {
    await held.release()
    await asked.catch(() => undefined)
  }
}

/** Whether a service that is stopped ends what it has begun. */
const gracefulStop: Experiment<Record<never, never>> = {
  needs: ['http', 'db', 'control'],
  // Users, too: under other work services come up later than they are known to from then on.
  uses: ['users', STOPPED],
  isAboutOutages: true,
  expectedMs: () => 4_000,
  sheet: {
    name: 'advice-graceful-stop',
    title: { en: 'A stop in the middle of a request', ru: 'Остановка посреди запроса' },
    question: { en: 'Is a request that has begun completed?', ru: 'Выполняется ли начатый запрос до конца?' },
    idea: {
      en: 'A request waits for a held table while its service is stopped; then the table is released.',
      ru: 'Запрос ждёт занятую таблицу, когда сервис останавливают; затем таблицу отпускают.',
    },
    state: () => ({}),
    expectations: {
      'advice.services.graceful-stop': {
        criterion: 'persistence',
        isAdvice: true,
        needs: ['db', 'control'],
        title: {
          en: 'A service that is stopped completes the requests it has accepted',
          ru: 'Останавливаемый сервис завершает принятые запросы',
        },
        why: {
          en: 'Otherwise every deployment cuts off requests, and their callers cannot know whether they were carried out.',
          ru: 'Иначе каждое обновление обрывает чьи-то запросы, и клиент не знает, выполнены ли они.',
        },
        hint: {
          en: 'On SIGTERM stop accepting, finish what is in flight, close the pools, exit 0; let the process be PID 1 (exec form in the Dockerfile).',
          ru: 'По SIGTERM перестаньте принимать, закончите начатое, закройте пулы и выйдите с 0; процесс должен быть PID 1 (exec-форма в Dockerfile).',
        },
        dependsOn: [`correctness.${STOPPED}.list`],
      },
      'advice.details.orders-away': {
        criterion: 'circuit-breaker',
        isAdvice: true,
        needs: ['db', 'control'],
        title: {
          en: 'Without the orders service, details do not say that there are no orders',
          ru: 'Когда сервис заказов не работает, details не говорят, что заказов нет',
        },
        why: {
          en: 'An empty list means that there are no orders: a customer who believes it orders again.',
          ru: 'Пустой список означает, что заказов нет: покупатель поверит и закажет ещё раз.',
        },
        hint: {
          en: 'Answer with a 5xx, or say what is missing: "orders": null, "degraded": ["orders"].',
          ru: 'Отвечайте 5xx или скажите, чего не хватает: "orders": null, "degraded": ["orders"].',
        },
        dependsOn: ['correctness.details.content'],
      },
    },
    steadyState: [],
    steps: [
      {
        title: { en: 'Stop it while somebody waits', ru: 'Остановить, пока кто-то ждёт' },
        run: stopWhileAsked,
      },
    ],
  },
}

/** How long the service has had to hear of its stop before its database lets it go on, in milliseconds. */
const HEARD_AFTER_MS = 700

async function stopWhileAsked(lab: DatabaseLab): Promise<void> {
  const { control } = lab.world
  if (control === undefined) return
  const { users, orders } = RESOURCES
  const user = await create(lab, users)
  const order = user && (await create(lab, orders, { ...orders.make(lab.world), userId: user.id }))
  let isStopped = false
  lab.cleanUp({ en: `Start ${STOPPED}`, ru: `Запустить ${STOPPED}` }, async () => {
    if (isStopped) await control.start(STOPPED)
  })
  let stopping: Promise<unknown> | undefined
  const seen = await askWhileHeld(lab, STOPPED, async (_, held) => {
    isStopped = true
    stopping = control.stop(STOPPED)
    await Promise.race([stopping, delay(HEARD_AFTER_MS)])
    await held.release()
  })
  if (stopping === undefined) return
  await stopping
  if (user !== undefined) await settleWithoutOrders(lab, user.id)
  const services = createServiceControl(lab)
  await services.start(orders)
  isStopped = false
  // Seldom asked meanwhile, as the circuit is not to open by that.
  await services.waitUntilUp({ resource: orders, id: order?.id ?? unknownId(lab.world) })
  if (seen === undefined) return
  lab.expect('advice.services.graceful-stop', {
    ...judge(
      {
        en: 'The request that was under way is answered with 200',
        ru: 'На начатый запрос приходит ответ 200',
      },
      [!isOk(seen.answer) && { what: told(seen.answer), answers: [seen.answer] }],
      {
        answers: [seen.answer],
        repro: [
          `hold "${databaseOf(STOPPED)}" ${STOPPED} 2`,
          'ANSWER=$(mktemp)',
          `curl -sS -m 60 -o /dev/null -w '%{http_code}' "$URL/${STOPPED}" > "$ANSWER" &`,
          'sleep 0.5',
          `control stop ${STOPPED}`,
          'wait',
          'echo "it was answered $(cat "$ANSWER")"',
          expected('200, as it was asked before it was stopped', '[ "$(cat "$ANSWER")" = 200 ]'),
          `control start ${STOPPED}`,
        ],
      },
    ),
    ...(!seen.isHeld && { undecided: NOT_HELD }),
  } as CheckFinding)
}

/** With orders stopped, one user who has an order is asked for. */
async function settleWithoutOrders(lab: DatabaseLab, userId: number): Promise<void> {
  const answer = await lab.world.request('GET', `/users/${userId}/details`)
  const row = isOk(answer) ? rowOf(answer) : undefined
  const isSilent = Array.isArray(row?.orders) && row.orders.length === 0 && Object.keys(row).length <= 2
  lab.expect(
    'advice.details.orders-away',
    judge(
      {
        en: 'A 5xx, or a 200 that says that the orders are missing',
        ru: '5xx или 200, в котором сказано, что заказов не хватает',
      },
      [
        isSilent &&
          complain(
            { en: 'The user has an order, and yet:', ru: 'У пользователя есть заказ, и всё же:' },
            answer,
          ),
      ],
      {
        answers: [answer],
        repro: [
          SEED_LINE,
          createLine('/users', SAMPLE.users.json, 'OWNER'),
          createLine('/orders', '{"userId": $OWNER, "product": "Lamp"}'),
          `control stop ${STOPPED}`,
          call('GET', '/users/$OWNER/details'),
          '[[ $STATUS = 5* ]] && BODY=null',
          expected(
            'a 5xx, or a 200 that says that the orders are missing',
            holds('. == null or .orders != [] or length > 2'),
          ),
          `control start ${STOPPED}`,
        ],
      },
    ),
  )
}

/** What the databases show, and what they can be made to show. */
export const databaseAdvice = [
  indexAdviceOf('orders'),
  indexAdviceOf('payments'),
  hangingService,
  gracefulStop,
]
