import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import { spreadOf } from '@msctl/scenarios/expectations'
import type { Answer, CheckFinding } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { listKeys } from '../../target/redis.ts'
import { asMade, rowOf, says } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { create } from '../objects.ts'
import { call, createOne, expected, holds, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, keyInShell, type Mark, patience, sampleMark } from './cached.ts'
import { findKey } from './find-key.ts'
import { whereFrom } from './where-from.ts'

export async function readTwice(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const before = new Set(await listKeys(redis))
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
  await redis.ask('DEL', key)
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

/** How often reading with and without the cache is compared. */
const PAIRS = 7

/**
 * Reads without the cache and with it, in turn. How much faster it is, the report tells; it is held against nobody unless reading from
 * the cache is slower than any noise can make it.
 */
async function compare(
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
