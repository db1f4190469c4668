import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import { spreadOf } from '@msctl/scenarios/expectations'
import type { Answer, Check } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { listKeys, readKey } from '../../target/redis.ts'
import { asMade, rowOf, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { create } from '../objects.ts'
import { call, createOne, expected, holds, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { findSource } from './answer-source.ts'
import { type CacheLab, type Mark, patienceMs } from './cached.ts'
import { shows } from './cached-value.ts'

export const servedCheck = ({ service, path, key }: Resource): Check => ({
  criterion: 'caching',
  needs: ['redis'],
  title: {
    en: `A second GET ${path}/{id} is served from Redis`,
    ru: `Повторный GET ${path}/{id} отдаётся из Redis`,
  },
  why: {
    en: 'The cache spares the database. One that is not read spares nothing.',
    ru: 'Кэш бережёт базу. Тот, который не читают, ничего не бережёт.',
  },
  hint: {
    en: `Ask Redis for ${key}:{id} first and return what it has. After a miss, fill it.`,
    ru: `Сначала запросите в Redis ${key}:{id} и верните найденное. После промаха заполните кэш.`,
  },
  dependsOn: [`correctness.${service}.create`],
})

const SERVED: Text = {
  en: 'After a GET, Redis holds the object. The second GET gives what Redis holds, and is not slower.',
  ru: 'После GET объект лежит в Redis. Второй GET отдаёт то, что лежит в Redis, и не медленнее.',
}

/**
 * How much longer the first value may take to be cached, in milliseconds: a service that has just started, or whose Redis
 * has just lost its data, may do without the cache for some seconds.
 */
const FIRST_FILL_MS = 5000

/** Creates an object, finds it in Redis after a GET, and sees where the second GET comes from. */
export async function readTwice(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const before = new Set(await listKeys(redis))
  const object = await create(lab, resource)
  if (object === undefined) return
  const get = () => lab.world.request('GET', `${path}/${object.id}`)
  const first = await get()
  const mark = markIn(first, resource, object.body)
  let key: string | undefined
  await comesTrue(lab.signal, FIRST_FILL_MS + patienceMs(lab.world), async () => {
    key = await findKey(redis, resource, object.id, mark, before)
    if (key === undefined) await get()
    return key !== undefined
  })
  if (key === undefined) {
    const what = {
      en: 'After the object was read, no value in Redis shows it:',
      ru: 'После чтения объекта ни одно значение в Redis его не содержит:',
    }
    const repro = [...readScript(resource), isInRedis(resource)]
    lab.expect(`caching.${service}.served`, judge(SERVED, [complain(what, first)], { repro }))
    return
  }
  Object.assign(lab.state, { object, key })
  const second = await get()
  const isSame = says(rowOf(second), { ...asMade(object.body, first), id: rowOf(first)?.id ?? object.id })
  const source =
    isSame && mark ? await findSource(lab, redis, resource, { id: object.id, key, mark }) : undefined
  lab.state.isServed = source?.is !== 'database'
  await redis.ask('DEL', key)
  const { slower, evidence } = await compareTimes(lab, redis, key, get)
  const finding = judge(
    SERVED,
    [
      !isSame &&
        complain(
          {
            en: 'The second GET gives something else than the first:',
            ru: 'Второй GET отдаёт не то, что первый:',
          },
          first,
          second,
        ),
      source?.is === 'database' && complain(source.seen, ...source.answers),
      slower !== undefined && complain(slower),
    ],
    {
      ...{ answers: [first], evidence, undecided: source?.is === 'unknown' ? source.why : undefined },
      repro: [
        ...readScript(resource),
        ...(slower === undefined ? replaceScript(resource, key, object.id) : TIMES),
      ],
    },
  )
  lab.expect(`caching.${service}.served`, finding)
}

function markIn(
  answer: Answer,
  { marks }: Resource,
  body: Readonly<Record<string, unknown>>,
): Mark | undefined {
  const name = marks.find((each) => says(rowOf(answer), { [each]: body[each] }))
  return name === undefined ? undefined : { name, value: body[name] as string | number }
}

/** How many new keys are looked into. */
const MOST_KEYS = 300
/** A value that cannot be read may still hold the object if it is long enough to, in bytes. */
const OPAQUE_LENGTH = 40

/** Finds where an object is kept in Redis: under the key of the assignment, else under any that is new. */
async function findKey(
  redis: Redis,
  resource: Resource,
  id: number,
  mark: Mark | undefined,
  before: ReadonlySet<string>,
): Promise<string | undefined> {
  const usual = `${resource.key}:${id}`
  const value = await readKey(redis, usual)
  const holdsIt = (text: string | undefined) =>
    text !== undefined && mark !== undefined && shows(text, mark.value)
  if (holdsIt(value)) return usual
  const fresh = (await listKeys(redis)).filter((key) => !before.has(key) && key !== usual)
  // Those that name the id come first, for others may be at work in the same Redis.
  fresh.sort((a, b) => Number(b.includes(String(id))) - Number(a.includes(String(id))))
  for (const key of fresh.slice(0, MOST_KEYS)) if (holdsIt(await readKey(redis, key))) return key
  return value !== undefined && value.length >= OPAQUE_LENGTH ? usual : undefined
}

/** How often reading with and without the cache is compared. */
const PAIRS = 7

/**
 * Reads without the cache and with it, in turn. How much faster it is, the report tells; it is held against nobody unless reading from
 * the cache is slower than any noise can make it.
 */
async function compareTimes(
  lab: CacheLab,
  redis: Redis,
  key: string,
  get: () => Promise<Answer>,
): Promise<{ slower: Text | undefined; evidence: readonly Evidence[] }> {
  const [cold, warm]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < PAIRS; pair++) {
    await redis.ask('DEL', key)
    cold.push((await get()).durationMs)
    warm.push((await get()).durationMs)
  }
  const [without, within] = [spreadOf(cold), spreadOf(warm)]
  const measured = (label: Text, value: number): Evidence => ({
    ...{ type: 'measurement', label: lab.words(label), value: Math.round(value * 100) / 100, unit: 'ms' },
  })
  const isSlower = within.lowMs > 1.5 * without.highMs && within.lowMs - without.highMs > 20
  const [withMs, withoutMs] = [within, without].map(({ medianMs }) => medianMs.toFixed(0))
  return {
    slower: isSlower
      ? {
          en: `With the cache a GET takes ${withMs} ms, without it ${withoutMs} ms (medians of ${PAIRS}).`,
          ru: `С кэшем GET занимает ${withMs} мс, без него — ${withoutMs} мс (медианы из ${PAIRS}).`,
        }
      : undefined,
    evidence: [
      measured({ en: 'GET without the cache, median', ru: 'GET без кэша, медиана' }, without.medianMs),
      measured({ en: 'GET with the cache, median', ru: 'GET с кэшем, медиана' }, within.medianMs),
    ],
  }
}

// --- What shows it without us

/** What stands for an object in scripts; what has its length and takes its place; and for jq, what shows that. */
const REPLACED: Readonly<Record<Resource['service'], readonly [mark: string, other: string, isIt: string]>> =
  {
    users: ['Ann', 'Bnn', '.name | startswith("Bnn")'],
    orders: ['Lamp', 'Mamp', '.product | startswith("Mamp")'],
    payments: ['12.34', '56.78', '.amount | tonumber | . > 56 and . < 57'],
  }

const readScript = (resource: Resource): readonly string[] => [
  ...createOne(resource),
  call('GET', `${resource.path}/$ID`),
  call('GET', `${resource.path}/$ID`),
  expected('what was sent, both times', holds(`.id == $ID and ${SAMPLE[resource.service].isIt}`)),
  'redis-cli -u "$REDIS_URL" --raw KEYS "*$ID*"',
]

const isInRedis = ({ service, key }: Resource): string =>
  expected(
    `a key ${key}:$ID with the object`,
    `grep -q '${REPLACED[service][0]}' <<< "$(redis-cli -u "$REDIS_URL" --raw GET ${key}:$ID)"`,
  )

/** Has Redis hold something else than the database, and looks what is served. */
function replaceScript({ service, path }: Resource, foundKey: string, id: number): readonly string[] {
  const key = foundKey.replace(String(id), '$ID')
  const [mark, other, isIt] = REPLACED[service]
  return [
    `VALUE=$(redis-cli -u "$REDIS_URL" --raw GET "${key}" | sed 's/${mark}/${other}/')`,
    `[[ $VALUE == *${other}* ]] || { echo 'The value cannot be changed from here.'; exit 2; }`,
    `redis-cli -u "$REDIS_URL" SET "${key}" "$VALUE" > /dev/null`,
    call('GET', `${path}/$ID`),
    expected(`${other}, as Redis says now`, holds(isIt)),
  ]
}

/** What is slower, only many requests tell. */
const TIMES = [
  '# How long a GET takes with the cache and without it was measured many times: see the report.',
]
