import type { Database } from '@msctl/platform/database'
import type { Lab } from '@msctl/scenarios'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Answer, Check, Experiment, Grader } from '../../run/grader.ts'
import { isOk, type Row, rowOf, says } from '../answers.ts'
import { type Complaint, type Complaints, complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { type Created, create } from '../objects.ts'
import { call, create as createLine, createOne, databaseOf, expected, holds, SEED_LINE } from '../repro.ts'
import { ALL_RESOURCES, RESOURCES, type Resource } from '../resources.ts'

/** An object of each service, as far as it could be created, and read. */
interface State {
  objects: (Created & { readonly resource: Resource; readonly read: Answer })[]
}

type StoredLab = Lab<Grader, State>

/** The tables of the assignment, which are what the answers show, too. */
const COLUMNS: Readonly<Record<ServiceName, readonly string[]>> = {
  users: ['id', 'email', 'name', 'created_at'],
  orders: ['id', 'userId', 'product', 'quantity', 'created_at'],
  payments: ['id', 'order_id', 'amount', 'status', 'created_at', 'updated_at'],
}

const fields: Check = {
  criterion: 'persistence',
  title: {
    en: 'Answers show every column of the documented tables',
    ru: 'Ответы показывают все столбцы описанных таблиц',
  },
  why: {
    en: 'What is stored and never shown is of no use to anybody.',
    ru: 'Если сохранённое нигде не показать, им никто не воспользуется.',
  },
  hint: {
    en: 'Add the fields to the response schema, created_at (and updated_at) as well.',
    ru: 'Добавьте поля в схему ответа, в том числе created_at (и updated_at).',
  },
  dependsOn: ['correctness.users.read', 'correctness.orders.read', 'correctness.payments.read'],
}

const tables: Check = {
  criterion: 'persistence',
  title: {
    en: 'Each service keeps its rows in its own PostgreSQL database, in the documented table',
    ru: 'Каждый сервис хранит строки в своей базе PostgreSQL, в описанной таблице',
  },
  why: {
    en: 'Services that share a database, or keep their data elsewhere, cannot be changed and moved by themselves.',
    ru: 'Сервисы с общей базой или с данными в другом месте нельзя менять и переносить по отдельности.',
  },
  hint: {
    en: 'users in users_db, orders in orders_db, payments in payments_db, each with the columns that the assignment lists.',
    ru: 'users в users_db, orders в orders_db, payments в payments_db, у каждой — столбцы из задания.',
  },
  needs: ['db'],
}

const text: Check = {
  criterion: 'persistence',
  title: {
    en: 'Names and products come back as they were sent, in any letters',
    ru: 'Имена и товары возвращаются такими, как прислали, на любом языке',
  },
  why: {
    en: 'Most names in the world are not written in ASCII.',
    ru: 'Большинство имён в мире пишут не буквами ASCII.',
  },
  hint: {
    en: 'Keep text as Unicode all the way: JSON in UTF-8, the database with encoding UTF8, no conversion in the gateway or the cache.',
    ru: 'Храните текст в Unicode на всём пути: JSON в UTF-8, база с кодировкой UTF8, без преобразований в шлюзе и кэше.',
  },
  dependsOn: [
    'correctness.users.create',
    'correctness.users.read',
    'correctness.orders.create',
    'correctness.orders.read',
  ],
}

/** What is stored of an object, where, and how it comes back. */
export const stored: Experiment<State> = {
  needs: ['http'],
  uses: ['users', 'orders', 'payments'],
  expectedMs: () => 1_000,
  sheet: {
    name: 'stored',
    title: { en: 'What is stored', ru: 'Что сохраняется' },
    question: {
      en: 'Is everything stored, and in the right place?',
      ru: 'Всё ли сохраняется и в нужном ли месте?',
    },
    idea: {
      en: 'An object of each service is looked for in the answers and in the databases.',
      ru: 'Объект каждого сервиса ищут в ответах и в базах данных.',
    },
    state: () => ({ objects: [] }),
    expectations: { 'persistence.fields': fields, 'persistence.tables': tables, 'persistence.text': text },
    steadyState: [],
    steps: [
      { title: { en: 'Create and read', ru: 'Создать и прочитать' }, run: createAndRead },
      { title: { en: 'Look at the fields', ru: 'Посмотреть на поля' }, run: lookAtFields },
      { title: { en: 'Send text of many kinds', ru: 'Отправить разный текст' }, run: sendText },
      { title: { en: 'Look into the databases', ru: 'Посмотреть в базы данных' }, run: lookAtTables },
    ],
  },
}

async function createAndRead(lab: StoredLab): Promise<void> {
  for (const resource of ALL_RESOURCES) {
    const made = await create(lab, resource)
    if (made === undefined) continue
    const read = await lab.world.request('GET', `${resource.path}/${made.id}`)
    lab.state.objects.push({ ...made, resource, read })
  }
}

async function lookAtFields(lab: StoredLab): Promise<void> {
  const { objects } = lab.state
  const complaints = objects.flatMap(({ resource: { service, path }, read }) => {
    const row = isOk(read) ? rowOf(read) : undefined
    // That there is no answer at all is for another check to say.
    if (row === undefined) return []
    const missing = COLUMNS[service].filter((name) => row[name] === undefined || row[name] === null)
    const undated = ['created_at', 'updated_at'].filter((name) => row[name] != null && !isRecent(row[name]))
    const names = (list: readonly string[]) => list.join(', ')
    return [
      missing.length > 0 &&
        complain(
          {
            en: `GET ${path}/{id} does not show ${names(missing)}.`,
            ru: `GET ${path}/{id} не показывает ${names(missing)}.`,
          },
          read,
        ),
      undated.length > 0 &&
        complain(
          {
            en: `${names(undated)} of a new object is not the present time:`,
            ru: `У нового объекта ${names(undated)} — не текущее время:`,
          },
          read,
        ),
    ]
  })
  const wanted = SERVICES.map((service) => `${service}: ${COLUMNS[service].join(', ')}`).join('; ')
  lab.expect(
    'persistence.fields',
    judge(wanted, complaints, {
      ...unseen(lab),
      answers: objects.map(({ read }) => read),
      repro: ALL_RESOURCES.flatMap((resource) => [
        ...createOne(resource),
        call('GET', `${resource.path}/$ID`),
        ...COLUMNS[resource.service].map((name) => expected(name, holds(`.${name} != null`))),
      ]),
    }),
  )
}

/** Zones differ by less than that, in milliseconds. */
const DAY_AND_MORE_MS = 30 * 3_600_000

/** Whether a time is about the present one, in whatever zone; what cannot be read as a time may be one. */
function isRecent(time: unknown): boolean {
  const ms = typeof time === 'number' ? time : Date.parse(String(time))
  if (Number.isNaN(ms)) return typeof time === 'string' && time !== ''
  // Seconds since 1970, as some write it.
  return [ms, ms * 1000].some((each) => Math.abs(each - Date.now()) < DAY_AND_MORE_MS)
}

/** Where no service could be looked at. */
const unseen = ({ state }: StoredLab) =>
  state.objects.length > 0
    ? {}
    : {
        undecided: { en: 'Nothing could be created.', ru: 'Ничего не удалось создать.' },
        restsOn: 'correctness.users.create',
      }

async function lookAtTables(lab: StoredLab): Promise<void> {
  const complaints: Complaint[] = []
  const identities = new Map<string, ServiceName>()
  for (const object of lab.state.objects) {
    const { service } = object.resource
    const database = lab.world.databases[service]
    if (database === undefined) continue
    const identity = await identityOf(database)
    const other = identities.get(identity)
    identities.set(identity, service)
    if (other !== undefined)
      complaints.push(
        complain({
          en: `${other} and ${service} share one database.`,
          ru: `У ${other} и ${service} одна база данных на двоих.`,
        }),
      )
    complaints.push(...(await judgeTable(lab, object, database)))
  }
  lab.expect(
    'persistence.tables',
    judge(
      {
        en: SERVICES.map((service) => `a table ${service} with ${COLUMNS[service].join(', ')}`).join('; '),
        ru: SERVICES.map((service) => `таблица ${service} со столбцами ${COLUMNS[service].join(', ')}`).join(
          '; ',
        ),
      },
      complaints,
      {
        ...unseen(lab),
        repro: ALL_RESOURCES.flatMap((resource) => [
          ...createOne(resource),
          `psql "${databaseOf(resource.service)}" -c "SELECT * FROM ${resource.service} WHERE id = $ID" | tee /tmp/rows.$$`,
          expected(`one row of ${resource.service}`, `grep -q '(1 row)' /tmp/rows.$$`),
          ...COLUMNS[resource.service].map((name) =>
            expected(`a column ${name}`, `grep -iqw ${name} /tmp/rows.$$`),
          ),
        ]),
      },
    ),
  )
}

/** Two databases that are one have the same. */
async function identityOf(database: Database): Promise<string> {
  const [row] = await database.query(
    'SELECT current_database() AS name, pg_postmaster_start_time()::text AS since, inet_server_port() AS port',
  )
  return JSON.stringify(row)
}

/** How long a row may take to be there, in milliseconds. */
const ROW_WITHIN_MS = 3_000

async function judgeTable(
  lab: StoredLab,
  { id, body, resource: { service, marks } }: State['objects'][number],
  database: Database,
): Promise<Complaint[]> {
  const [table] = await database.query(
    `SELECT format('%I.%I', table_schema, table_name) AS name, string_agg(lower(column_name), ',') AS columns
     FROM information_schema.columns WHERE lower(table_name) = $1 AND table_schema NOT IN ('pg_catalog', 'information_schema')
     GROUP BY table_schema, table_name`,
    [service],
  )
  if (table === undefined)
    return [
      complain({
        en: `The database of ${service} has no table ${service}.`,
        ru: `В базе данных ${service} нет таблицы ${service}.`,
      }),
    ]
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '')
  const columns = String(table.columns).split(',').map(plain)
  const missing = COLUMNS[service].filter((name) => !columns.includes(plain(name)))
  const [mark] = marks
  const isThere =
    missing.includes('id') ||
    (await comesTrue(lab.signal, ROW_WITHIN_MS, async () => {
      const [found] = await database.query(
        `SELECT to_jsonb(t)::text AS row FROM ${table.name} AS t WHERE id = $1`,
        [id],
      )
      const row = Object.entries(found === undefined ? {} : (JSON.parse(String(found.row)) as Row))
      return says(Object.fromEntries(row.map(([name, value]) => [plain(name), value])), {
        [mark]: body[mark],
      })
    }))
  const complaints: Complaints = [
    missing.length > 0 &&
      complain({
        en: `The table ${service} has no column ${missing.join(', ')}.`,
        ru: `В таблице ${service} нет столбца ${missing.join(', ')}.`,
      }),
    !isThere &&
      complain({
        en: `POST /${service} answered with the id ${id}, but the table ${service} in the database of ${service} has no such row.`,
        ru: `POST /${service} ответил с id ${id}, но в таблице ${service} базы данных ${service} такой строки нет.`,
      }),
  ]
  return complaints.filter((each) => each !== false && each !== undefined)
}

const LETTERS = 'Ёжик Łukasz 東京 🦔 “quoted” \\ / \' "'

/** Sends letters of several alphabets, an emoji and quotes, and reads them from the database and from the cache. */
async function sendText(lab: StoredLab): Promise<void> {
  const shown: Answer[] = []
  const complaints: Complaints[number][] = []
  for (const resource of [RESOURCES.users, RESOURCES.orders]) {
    const { path, service, marks } = resource
    const [name] = marks
    // What cannot be created in plain letters is for another check to say.
    if (!lab.state.objects.some((each) => each.resource.service === service)) continue
    const plain = resource.make(lab.world)
    const sent = `${LETTERS} ${plain[name]}`
    let refused: Answer | undefined
    const made = await create(lab, resource, { ...plain, [name]: sent }, (answer) => {
      refused = answer
    })
    const reads = made && [
      await lab.world.request('GET', `${path}/${made.id}`),
      await lab.world.request('GET', `${path}/${made.id}`),
    ]
    shown.push(...(reads ?? []))
    const wrong = reads?.find((read) => isOk(read) && !says(rowOf(read), { [name]: sent }))
    complaints.push(
      refused &&
        complain(
          { en: `POST ${path} does not accept "${sent}":`, ru: `POST ${path} не принимает «${sent}»:` },
          refused,
        ),
      wrong &&
        complain(
          {
            en: `The ${name} "${sent}" was sent, and "${rowOf(wrong)?.[name]}" came back:`,
            ru: `Отправлено ${name} «${sent}», вернулось «${rowOf(wrong)?.[name]}»:`,
          },
          wrong,
        ),
    )
  }
  lab.expect(
    'persistence.text',
    judge(
      { en: `GET gives ${LETTERS} as it was sent`, ru: `GET отдаёт ${LETTERS} так, как прислали` },
      complaints,
      {
        ...unseen(lab),
        answers: shown,
        repro: [
          SEED_LINE,
          createLine('/users', '{"email": "a$N@example.com", "name": "Ёжик 🦔 東京"}'),
          call('GET', '/users/$ID'),
          expected('the name as it was sent', holds('.name == "Ёжик 🦔 東京"')),
          call('GET', '/users/$ID'),
          expected('the same from the cache', holds('.name == "Ёжик 🦔 東京"')),
          createLine('/orders', '{"userId": $N, "product": "Ёжик 🦔 東京"}'),
          call('GET', '/orders/$ID'),
          expected('the product as it was sent', holds('.product == "Ёжик 🦔 東京"')),
        ],
      },
    ),
  )
}
