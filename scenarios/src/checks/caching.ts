import type { ServiceName } from '@msctl/sdk/contract'
import type { Lab, Text } from '../engine/index.ts'
import { judgeFreshTtl, spreadOf } from '../expectations/index.ts'
import type {
  Answer,
  Check,
  CheckFinding,
  Evidence,
  Experiment,
  Grader,
  RedisReach,
} from '../grading/index.ts'
import { asMade, isOk, rowOf, says } from './answers.ts'
import { overwrite, shows } from './cached-value.ts'
import { type Complaint, complain, judge } from './judge.ts'
import { comesTrue } from './locks.ts'
import { ALL_RESOURCES, type Created, create } from './objects.ts'
import { call, createOne, expected, hasStatus, holds, SAMPLE } from './repro.ts'
import type { Resource } from './resources.ts'

interface State {
  object?: Created
  /** Where in Redis it was found. */
  key?: string
  /** Whether it is read at all. */
  isServed?: boolean
}

type CacheLab = Lab<Grader, State>

const TTL_SECONDS = 300
/** Set by the grader, to see whether reading sets it anew. */
const SHORTENED_SECONDS = 200
/** How often reading with and without the cache is compared. */
const PAIRS = 7

/** What an object is told from others by, in Redis and in the database. */
interface Mark {
  readonly name: string
  readonly value: string | number
}

/** Something else that is as long, to be written into Redis and looked for in the answer. */
function forge({ value }: Mark): string {
  const [first = '', ...rest] = String(value)
  const next = /\d/.test(first)
    ? (Number(first) % 9) + 1
    : first.toLowerCase() === 'z'
      ? 'a'
      : String.fromCharCode(first.charCodeAt(0) + 1)
  return [next, ...rest].join('')
}

/** How long something may take that follows a request, in milliseconds: what a cache does may come after its answer. */
const patience = ({ pace }: Grader) => 1_500 + 10 * pace.p99Ms

/** The experiment on the cache of one service: black box, by what Redis holds and what is served when it holds something else. */
function cachingOf(resource: Resource): Experiment<State> {
  const { service, path } = resource
  const id = (what: string) => `caching.${service}.${what}`
  const check = (rest: Omit<Check, 'criterion'>): Check => ({
    criterion: 'caching',
    needs: ['redis'],
    ...rest,
  })
  const served = [id('served')]
  return {
    needs: ['http', 'redis'],
    uses: [service],
    sheet: {
      name: `caching-${service}`,
      title: { en: `The cache of ${path}/{id}`, ru: `Кэш для ${path}/{id}` },
      question: {
        en: 'Does a second read come from Redis, and never an old value?',
        ru: 'Приходит ли второе чтение из Redis — и никогда старое значение?',
      },
      idea: {
        en: 'What is served when Redis is made to say something else? And what after a change?',
        ru: 'Что отдаётся, если в Redis подменить значение? А что — после изменения?',
      },
      state: () => ({}),
      expectations: {
        [id('served')]: check({
          title: {
            en: `A second GET ${path}/{id} is served from Redis`,
            ru: `Повторный GET ${path}/{id} отдаётся из Redis`,
          },
          why: {
            en: 'The cache is there to spare the database; one that is not read spares nothing.',
            ru: 'Кэш нужен, чтобы беречь базу; тот, что не читают, ничего не бережёт.',
          },
          hint: {
            en: `Ask Redis for ${resource.key}:{id} first, return what it has, and fill it after a miss.`,
            ru: `Сначала спросите у Redis ${resource.key}:{id}, верните найденное, а при промахе заполните.`,
          },
          dependsOn: [`correctness.${service}.create`],
        }),
        [id('key')]: check({
          title: {
            en: `Redis holds it under ${resource.key}:{id}, and under no name of another service`,
            ru: `В Redis объект лежит под ключом ${resource.key}:{id}, не под именем другого сервиса`,
          },
          why: {
            en: 'All services share one Redis: a key without the name of its service gives users for orders.',
            ru: 'Redis общий на все сервисы: ключ без имени сервиса выдаст пользователя вместо заказа.',
          },
          hint: {
            en: `The key is f"${resource.key}:{id}", the value the whole object.`,
            ru: `Ключ — f"${resource.key}:{id}", значение — весь объект.`,
          },
          dependsOn: served,
        }),
        [id('ttl')]: check({
          title: {
            en: `Its TTL begins at ${TTL_SECONDS} s and counts down`,
            ru: `TTL начинается с ${TTL_SECONDS} с и убывает`,
          },
          why: {
            en: 'Without an end, whatever got wrong in a cache stays wrong for good.',
            ru: 'Без срока всё, что попало в кэш неверным, останется неверным навсегда.',
          },
          hint: {
            en: `Write value and expiry together (SET key value EX ${TTL_SECONDS}), and only when filling, not when reading.`,
            ru: `Пишите значение вместе со сроком (SET key value EX ${TTL_SECONDS}) и только при заполнении, а не при чтении.`,
          },
          dependsOn: served,
        }),
        [id('invalidated-by-put')]: check({
          title: {
            en: `After PUT ${path}/{id}, GET gives the new value`,
            ru: `После PUT ${path}/{id} GET отдаёт новое значение`,
          },
          why: {
            en: 'Who has changed something and reads the old value takes the change for lost, for five minutes.',
            ru: 'Кто изменил и читает старое, пять минут считает изменение потерянным.',
          },
          hint: {
            en: `After commit(), delete ${resource.key}:{id}: the very key that GET fills.`,
            ru: `После commit() удалите ${resource.key}:{id} — тот самый ключ, который заполняет GET.`,
          },
          dependsOn: served,
        }),
        [id('invalidated-by-delete')]: check({
          title: {
            en: `After DELETE ${path}/{id}, GET gives 404`,
            ru: `После DELETE ${path}/{id} GET отвечает 404`,
          },
          why: {
            en: 'What was deleted must not live on in the cache.',
            ru: 'Удалённое не должно жить в кэше.',
          },
          hint: {
            en: `After commit(), delete ${resource.key}:{id}: the very key that GET fills.`,
            ru: `После commit() удалите ${resource.key}:{id} — тот самый ключ, который заполняет GET.`,
          },
          dependsOn: served,
        }),
      },
      steadyState: [],
      steps: [
        step(
          {
            en: 'Read twice, with something else in Redis',
            ru: 'Прочитать дважды, подменив значение в Redis',
          },
          readTwice,
          resource,
        ),
        step({ en: 'Look at the key', ru: 'Посмотреть на ключ' }, lookAtKey, resource),
        step({ en: 'Look at the TTL', ru: 'Посмотреть на TTL' }, lookAtTtl, resource),
        step({ en: 'Change it', ru: 'Изменить объект' }, change, resource),
        step({ en: 'Delete it', ru: 'Удалить объект' }, remove, resource),
      ],
    },
  }
}

/** A step of the experiment; after the first one, each needs what that found. */
function step(
  title: Text,
  run: (lab: CacheLab, redis: RedisReach, resource: Resource) => Promise<void>,
  resource: Resource,
) {
  return {
    title,
    run: async (lab: CacheLab) => {
      const { redis } = lab.world
      if (redis === undefined) return
      if (run === readTwice || lab.state.key !== undefined) await run(lab, redis, resource)
    },
  }
}

async function readTwice(lab: CacheLab, redis: RedisReach, resource: Resource): Promise<void> {
  const { path, service } = resource
  const before = new Set(await redis.keys())
  const object = await create(lab, resource)
  if (object === undefined) return
  const get = () => lab.world.request('GET', `${path}/${object.id}`)
  const markOf = (answer: Answer): Mark | undefined => {
    const row = rowOf(answer)
    const name = resource.marks.find((each) => says(row, { [each]: object.body[each] }))
    return name === undefined ? undefined : { name, value: object.body[name] as string | number }
  }
  const first = await get()
  const mark = markOf(first)
  let key: string | undefined
  await comesTrue(lab.signal, patience(lab.world), async () => {
    key = await findKey(redis, resource, object.id, mark, before)
    if (key === undefined) await get()
    return key !== undefined
  })
  const repro = [
    ...createOne(resource),
    call('GET', `${path}/$ID`),
    call('GET', `${path}/$ID`),
    expected('what was sent, both times', holds(`.id == $ID and ${SAMPLE[service].isIt}`)),
    'redis-cli -u "$REDIS_URL" --raw KEYS "*$ID*"',
  ]
  const wanted: Text = {
    en: 'After a GET, Redis holds the object; the second GET says what Redis says, and is not slower',
    ru: 'После GET объект лежит в Redis; второй GET отдаёт то, что лежит в Redis, и не медленнее',
  }
  const settle = (
    complaints: readonly (Complaint | false)[],
    rest: Partial<CheckFinding> = {},
    more: readonly string[] = [],
  ) => {
    const finding = judge(wanted, complaints, { answers: [first], repro: [...repro, ...more] })
    lab.expect(`caching.${service}.served`, {
      ...finding,
      ...rest,
      evidence: [...(finding.evidence ?? []), ...(rest.evidence ?? [])],
    } as CheckFinding)
  }
  if (key === undefined) {
    settle(
      [
        complain(
          {
            en: 'Nothing in Redis shows the object after it was read:',
            ru: 'После чтения в Redis нет ничего, что содержит объект:',
          },
          first,
        ),
      ],
      {},
      [
        expected(
          `a key ${resource.key}:$ID with the object`,
          `grep -q '${sampleMark(service)}' <<< "$(redis-cli -u "$REDIS_URL" --raw GET ${resource.key}:$ID)"`,
        ),
      ],
    )
    return
  }
  Object.assign(lab.state, { object, key })
  const second = await get()
  const isSame = says(rowOf(second), { ...asMade(object.body, first), id: rowOf(first)?.id ?? object.id })
  const source =
    isSame && mark ? await whereFrom(lab, redis, resource, { id: object.id, key, mark }) : undefined
  lab.state.isServed = source?.is !== 'database'
  await redis.command('DEL', key)
  const { slower, evidence } = await compare(lab, redis, key, get)
  settle(
    [
      !isSame &&
        complain({ en: 'The second GET says something else:', ru: 'Второй GET говорит другое:' }, second),
      source?.is === 'database' && complain(source.seen, ...source.answers),
      slower !== undefined && complain(slower),
    ],
    {
      evidence,
      ...(source?.is === 'unknown' && isSame && slower === undefined && { undecided: source.why }),
    },
    slower === undefined ? forgery(resource, keyInShell(key, object)) : TIMES,
  )
}

const sampleMark = (service: ServiceName) => ({ users: 'Ann', orders: 'Lamp', payments: '12.34' })[service]

/** A key, with the object's id as the script's. */
const keyInShell = (key: string, { id }: Created) => key.replace(String(id), '$ID')

/** The lines of a script that have Redis say something else than the database, and look what is served. */
function forgery({ service, path }: Resource, key: string): readonly string[] {
  const mark = sampleMark(service)
  const [forged, isForged] = {
    users: ['Bnn', '.name | startswith("Bnn")'],
    orders: ['Mamp', '.product | startswith("Mamp")'],
    payments: ['56.78', '.amount | tonumber | . > 56 and . < 57'],
  }[service] as [string, string]
  return [
    `FORGED=$(redis-cli -u "$REDIS_URL" --raw GET "${key}" | sed 's/${mark}/${forged}/')`,
    `[[ $FORGED == *${forged}* ]] || { echo 'The value cannot be changed from here.'; exit 2; }`,
    `redis-cli -u "$REDIS_URL" SET "${key}" "$FORGED" > /dev/null`,
    call('GET', `${path}/$ID`),
    expected(`${forged}, as Redis says now`, holds(isForged)),
  ]
}

/** What is slower, only many requests tell. */
const TIMES = [
  '# How long a GET takes with the cache and without it was measured many times: see the report.',
]

/** Finds where an object is kept in Redis: under the key of the assignment, else under any that is new. */
async function findKey(
  redis: RedisReach,
  resource: Resource,
  id: number,
  mark: Mark | undefined,
  before: ReadonlySet<string>,
): Promise<string | undefined> {
  const usual = `${resource.key}:${id}`
  const value = await redis.value(usual)
  const holds = (text: string | undefined) =>
    text !== undefined && mark !== undefined && shows(text, mark.value)
  if (holds(value)) return usual
  const fresh = (await redis.keys()).filter((key) => !before.has(key) && key !== usual)
  // Those that name the id come first, for others may be at work in the same Redis.
  fresh.sort((a, b) => Number(b.includes(String(id))) - Number(a.includes(String(id))))
  for (const key of fresh.slice(0, MOST_KEYS)) if (holds(await redis.value(key))) return key
  return value !== undefined && value.length >= OPAQUE_LENGTH ? usual : undefined
}

/** How many new keys are looked into. */
const MOST_KEYS = 300
/** A value that cannot be read may still hold the object if it is long enough to, in bytes. */
const OPAQUE_LENGTH = 40

/** An object, where it is in Redis, and what it is known by. */
interface Entry {
  readonly id: number
  readonly key: string
  readonly mark: Mark
}

type Source =
  | { readonly is: 'redis' }
  | { readonly is: 'database'; readonly seen: Text; readonly answers: readonly Answer[] }
  | { readonly is: 'unknown'; readonly why: Text }

/**
 * Where the second answer comes from. First Redis is made to say something else than the database: is it served? If not, or if the
 * value is not to be written into, the database is changed behind the service's back: is that seen?
 */
async function whereFrom(
  lab: CacheLab,
  redis: RedisReach,
  resource: Resource,
  entry: Entry,
): Promise<Source> {
  const { id, key, mark } = entry
  const get = () => lab.world.request('GET', `${resource.path}/${id}`)
  const forged = forge(mark)
  const forgedRow = { [mark.name]: typeof mark.value === 'number' ? Number(forged) : forged }
  let answer: Answer | undefined
  let isForged = false
  const isServed = await comesTrue(lab.signal, patience(lab.world), async () => {
    // What was filled anew in between is forged anew: an implementation may pass by a slow Redis now and then.
    if (await overwrite(redis, key, String(mark.value), forged)) isForged = true
    if (!isForged) return true
    answer = await get()
    return says(rowOf(answer), forgedRow)
  })
  if (isForged && isServed) return { is: 'redis' }

  const fromDatabase = await changeBehind(lab, redis, resource, entry)
  if (fromDatabase !== undefined) return fromDatabase
  if (!isForged || answer === undefined)
    return {
      is: 'unknown',
      why: {
        en: 'The cached value cannot be read, and without the database (--db) nothing else shows whether it is served.',
        ru: 'Значение в кэше не прочитать, а без базы данных (--db) не видно, отдаётся ли именно оно.',
      },
    }
  const seen: Text = {
    en: `Redis says ${forged} under ${key}, but the second GET does not:`,
    ru: `В Redis под ключом ${key} лежит ${forged}, но второй GET отдаёт другое:`,
  }
  const now = await redis.value(key)
  if (now !== undefined && shows(now, forged)) return { is: 'database', seen, answers: [answer] }
  // It was written anew. Because it noticed the forgery, or because it writes whenever it is asked?
  await redis.command('EXPIRE', key, String(SHORTENED_SECONDS))
  await get()
  if (Number(await redis.command('TTL', key)) > SHORTENED_SECONDS)
    return { is: 'database', seen, answers: [answer] }
  return {
    is: 'unknown',
    why: {
      en: 'The service noticed that its cached value had been forged; without the database (--db) nothing else shows what is served.',
      ru: 'Сервис заметил подмену значения в кэше; без базы данных (--db) не видно, что именно отдаётся.',
    },
  }
}

/** Changes the row where the service does not see it; `undefined` when that cannot be done. */
async function changeBehind(
  lab: CacheLab,
  redis: RedisReach,
  { path, service }: Resource,
  { id, key, mark }: Entry,
): Promise<Source | undefined> {
  const database = lab.world.databases[service]
  if (database === undefined) return undefined
  const [column] = await database.query(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 AND lower(column_name) = $2',
    [service, mark.name.toLowerCase()],
  )
  if (typeof column?.name !== 'string') return undefined
  const get = () => lab.world.request('GET', `${path}/${id}`)
  await redis.command('DEL', key)
  await comesTrue(lab.signal, patience(lab.world), async () => {
    await get()
    return (await redis.command('EXISTS', key)) === 1
  })
  const behind = typeof mark.value === 'number' ? mark.value + 1 : `${mark.value} changed`
  await database.query(`UPDATE ${service} SET "${column.name}" = $1 WHERE id = $2`, [behind, id])
  let answer = await get()
  const isOld = await comesTrue(lab.signal, patience(lab.world), async () => {
    if (says(rowOf(answer), { [mark.name]: mark.value })) return true
    answer = await get()
    return false
  })
  await database.query(`UPDATE ${service} SET "${column.name}" = $1 WHERE id = $2`, [mark.value, id])
  if (isOld) return { is: 'redis' }
  return {
    is: 'database',
    seen: {
      en: 'The row was changed in the database alone, and the second GET shows the change: it was not served from the cache:',
      ru: 'Строка изменена только в базе, и второй GET показывает изменение — он отдан не из кэша:',
    },
    answers: [answer],
  }
}

/**
 * Reads without the cache and with it, in turn. How much faster it is, the report tells; it is held against nobody unless reading from
 * the cache is slower than any noise can make it.
 */
async function compare(
  lab: CacheLab,
  redis: RedisReach,
  key: string,
  get: () => Promise<Answer>,
): Promise<{ slower: Text | undefined; evidence: readonly Evidence[] }> {
  const [cold, warm]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < PAIRS; pair++) {
    await redis.command('DEL', key)
    cold.push((await get()).durationMs)
    warm.push((await get()).durationMs)
  }
  const [without, within] = [spreadOf(cold), spreadOf(warm)]
  const measured = (label: Text, value: number): Evidence => ({
    ...{ type: 'measurement', label: lab.words(label), value: Math.round(value * 100) / 100, unit: 'ms' },
  })
  const isSlower = within.lowMs > 1.5 * without.highMs && within.lowMs - without.highMs > 20
  return {
    slower: isSlower
      ? {
          en: `With the cache a GET takes ${within.medianMs.toFixed(0)} ms, without it ${without.medianMs.toFixed(0)} ms.`,
          ru: `С кэшем GET занимает ${within.medianMs.toFixed(0)} мс, без него — ${without.medianMs.toFixed(0)} мс.`,
        }
      : undefined,
    evidence: [
      measured({ en: 'GET without the cache, median', ru: 'GET без кэша, медиана' }, without.medianMs),
      measured({ en: 'GET with the cache, median', ru: 'GET с кэшем, медиана' }, within.medianMs),
    ],
  }
}

async function lookAtKey(lab: CacheLab, _redis: RedisReach, resource: Resource): Promise<void> {
  const { object, key } = lab.state
  if (object === undefined) return
  const usual = `${resource.key}:${object.id}`
  lab.expect(`caching.${resource.service}.key`, {
    held: key === usual,
    expected: { en: `The object is under ${usual}.`, ru: `Объект лежит под ключом ${usual}.` },
    actual: { en: `It is under ${key}.`, ru: `Он лежит под ключом ${key}.` },
    repro: [
      ...createOne(resource),
      call('GET', `${resource.path}/$ID`),
      'redis-cli -u "$REDIS_URL" --raw KEYS "*$ID*"',
      expected(
        `a key ${resource.key}:$ID`,
        `[ "$(redis-cli -u "$REDIS_URL" EXISTS ${resource.key}:$ID)" = 1 ]`,
      ),
    ],
  } as CheckFinding)
}

async function lookAtTtl(lab: CacheLab, redis: RedisReach, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object, key, isServed } = lab.state
  if (object === undefined || key === undefined) return
  const ttl = async () => {
    const seconds = Number(await redis.command('TTL', key))
    return seconds < 0 ? null : seconds
  }
  await fill(lab, redis, resource)
  const fresh = await ttl()
  const finding = judgeFreshTtl(fresh, TTL_SECONDS)
  let after: number | null = null
  // A cache that nobody reads is written by every read; that is another fault.
  if (finding.held && isServed === true) {
    await redis.command('EXPIRE', key, String(SHORTENED_SECONDS))
    await lab.world.request('GET', `${path}/${object.id}`)
    after = await ttl()
  }
  const shellKey = keyInShell(key, object)
  const isReset = after !== null && after > SHORTENED_SECONDS
  lab.expect(`caching.${service}.ttl`, {
    held: finding.held && !isReset,
    expected: finding.expected,
    actual: isReset
      ? {
          en: `Reading sets it anew: it was at ${SHORTENED_SECONDS} s, and after a GET at ${after} s.`,
          ru: `Чтение ставит его заново: было ${SHORTENED_SECONDS} с, после GET стало ${after} с.`,
        }
      : finding.actual,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      `TTL=$(redis-cli -u "$REDIS_URL" TTL "${shellKey}"); echo "$TTL"`,
      expected('a TTL between 290 and 300 s', '[ "$TTL" -ge 290 -a "$TTL" -le 300 ]'),
      `redis-cli -u "$REDIS_URL" EXPIRE "${shellKey}" ${SHORTENED_SECONDS} > /dev/null`,
      call('GET', `${path}/$ID`),
      `TTL=$(redis-cli -u "$REDIS_URL" TTL "${shellKey}"); echo "$TTL"`,
      expected(
        `no more than ${SHORTENED_SECONDS} s, as it was set to: a GET leaves it alone`,
        `[ "$TTL" -le ${SHORTENED_SECONDS} ]`,
      ),
    ],
  } as CheckFinding)
}

/** Has the cache filled anew: by a read, or by a write where that is when it is filled. */
async function fill(lab: CacheLab, redis: RedisReach, resource: Resource): Promise<boolean> {
  const { object, key } = lab.state
  if (object === undefined || key === undefined) return false
  const { path } = resource
  await redis.command('DEL', key)
  const isFilled = async () => (await redis.command('EXISTS', key)) === 1
  const isFilledByRead = await comesTrue(lab.signal, patience(lab.world), async () => {
    await lab.world.request('GET', `${path}/${object.id}`)
    return isFilled()
  })
  if (isFilledByRead) return true
  const [json] = resource.changes(lab.world)
  await lab.world.request('PUT', `${path}/${object.id}`, { json })
  return isFilled()
}

async function change(lab: CacheLab, redis: RedisReach, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  const [wanted] = resource.changes(lab.world)
  if (object === undefined || wanted === undefined) return
  await fill(lab, redis, resource)
  const put = await lab.world.request('PUT', `${path}/${object.id}`, { json: wanted })
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isFresh: (answer) => says(rowOf(answer), wanted),
    write: put,
    expected: { en: `GET gives ${JSON.stringify(wanted)}`, ru: `GET отдаёт ${JSON.stringify(wanted)}` },
  })
  const [json, isChanged] = {
    users: ['{"name": "Eve"}', '.name == "Eve"'],
    orders: ['{"quantity": 7}', '.quantity == 7'],
    payments: ['{"status": "pending"}', '.status == "pending"'],
  }[service] as [string, string]
  lab.expect(`caching.${service}.invalidated-by-put`, {
    ...finding,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('PUT', `${path}/$ID`, json),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('what PUT said', holds(isChanged)),
    ],
  } as CheckFinding)
}

async function remove(lab: CacheLab, redis: RedisReach, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  if (object === undefined) return
  await fill(lab, redis, resource)
  const removed = await lab.world.request('DELETE', `${path}/${object.id}`)
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isFresh: ({ status }) => status === 404,
    write: removed,
    expected: { en: 'GET gives 404', ru: 'GET отвечает 404' },
  })
  if (finding.held && finding.undecided === undefined) lab.world.created.forget(service, object.id)
  lab.expect(`caching.${service}.invalidated-by-delete`, {
    ...finding,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('DELETE', `${path}/$ID`),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('404', hasStatus('404')),
    ],
  } as CheckFinding)
}

/**
 * Whether what is read after a write is what was written. An old value is the cache's fault only if it is gone without the cache:
 * a PUT that changes nothing is not.
 */
async function judgeFreshness(
  lab: CacheLab,
  redis: RedisReach,
  {
    get,
    isFresh,
    write,
    expected: wanted,
  }: { get: () => Promise<Answer>; isFresh: (answer: Answer) => boolean; write: Answer; expected: Text },
): Promise<CheckFinding> {
  const { key } = lab.state
  let answer = await get()
  const first = answer
  // Nobody promised that the key is gone before the answer is there; a moment later it has to be.
  const isSoonFresh = await comesTrue(lab.signal, 300 + 2 * lab.world.pace.p99Ms, async () => {
    if (isFresh(answer)) return true
    answer = await get()
    return false
  })
  if (isSoonFresh) return judge(wanted, [], { answers: [write, answer] })
  if (key !== undefined) await redis.command('DEL', key)
  const withoutCache = await get()
  if (isOk(write) && isFresh(withoutCache))
    return judge(wanted, [
      complain(
        {
          en: 'The old value is served, until the key is deleted by hand:',
          ru: 'Отдаётся старое значение, пока ключ не удалить вручную:',
        },
        first,
        withoutCache,
      ),
    ])
  return {
    ...judge(wanted, [], { answers: [write, withoutCache] }),
    undecided: {
      en: 'The write itself did not take effect, so nothing can be said of the cache.',
      ru: 'Сама запись не подействовала, поэтому о кэше ничего не сказать.',
    },
  }
}

/** The caches of users, orders and payments. */
export const caching = ALL_RESOURCES.map(cachingOf)
