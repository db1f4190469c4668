import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@msctl/platform/database'
import { fixed, type Lab } from '@msctl/scenarios'
import type { Answer, CheckFinding, Experiment, Grader } from '../run/grader.ts'
import { isOk, rowOf, says } from './answers.ts'
import { type Complaint, complain, judge } from './judge.ts'
import { create } from './objects.ts'
import { createOne, databaseOf, expected } from './repro.ts'
import { RESOURCES, type Resource } from './resources.ts'

type RaceLab = Lab<Grader, Record<never, never>>

/** How often the race is run. One that comes out in a seventh of the rounds is then missed once in a hundred times. */
const ROUNDS = 30
const SHOWN_AT_LEAST = 0.15
/** One alone has nobody to get in its way: with two, the textbook's cache in another process shows the race half as often again, with five less. */
const READERS = 2
/** What was seen by then has to do, in milliseconds. */
const WITHIN_MS = 8_000
/** When the writer comes, in parts of the time that a reader takes. Later than that the race hardly ever comes out. */
const OFFSETS = [0, 0.03, 0.06, 0.1, 0.15, 0.2]
/**
 * How long the old value is, in characters, where it may be: a reader carries it from the database to the cache, while the writer, whose
 * value is short, overtakes. That is what makes the race come out within seconds; nothing else is held up.
 */
const LENGTHS = [500_000, 30_000, 200]

/**
 * Lets readers that miss the cache race with a writer, on one object whose values carry a version. Then comes a quiet moment, and a look:
 * is the last version read that was acknowledged?
 */
function staleReadsOf(resource: Resource): Experiment<Record<never, never>> {
  const { service, path } = resource
  return {
    needs: ['http'],
    uses: [service],
    sheet: {
      name: `advice-stale-reads-${service}`,
      title: {
        en: `Readers and a writer on ${path}/{id} at once`,
        ru: `Читатели и писатель одновременно на ${path}/{id}`,
      },
      question: {
        en: 'Can a reader put an old value back?',
        ru: 'Может ли читатель вернуть старое значение?',
      },
      idea: {
        en: 'A reader misses and reads the old row; a writer commits and deletes the key; the reader then fills in the old row.',
        ru: 'Читатель промахивается и читает старую строку; писатель делает commit и удаляет ключ; читатель кладёт старую строку.',
      },
      state: () => ({}),
      expectations: {
        [`advice.${service}.stale-reads`]: {
          criterion: 'caching',
          isAdvice: true,
          title: {
            en: `No reader of ${path}/{id} puts an old value back that a writer has just changed`,
            ru: `Читатель ${path}/{id} не возвращает в кэш значение, которое писатель только что изменил`,
          },
          why: {
            en: 'The textbook’s cache-aside has this race: the old value is then served until the TTL is over, though the change was acknowledged.',
            ru: 'У кэша «из учебника» есть такая гонка: старое значение отдаётся, пока не истечёт TTL, хотя изменение подтверждено.',
          },
          hint: {
            en: 'Fill only if nobody has invalidated since the miss: a lease or a version that the writer voids (SET … NX with a token, a Lua script).',
            ru: 'Заполняйте, только если после промаха не было инвалидации: право на заполнение (lease) или версия, которую писатель отзывает (SET … NX с токеном, скрипт Lua).',
          },
          dependsOn: [`correctness.${service}.update`],
        },
      },
      steadyState: [],
      steps: [
        {
          title: {
            en: 'Read and write at once, then compare; many rounds',
            ru: 'Читать и писать одновременно, затем сравнивать; много раундов',
          },
          run: (lab) => race(lab, resource),
        },
      ],
    },
  }
}

async function race(lab: RaceLab, resource: Resource): Promise<void> {
  const { world, signal } = lab
  const {
    path,
    service,
    marks: [mark],
  } = resource
  const object = await create(lab, resource)
  if (object === undefined) return
  const url = `${path}/${object.id}`
  const put = (value: string) => world.request('PUT', url, { json: { [mark]: value } })
  const lengthen = await lengthener(lab, resource, object.id, put)
  const deadline = performance.now() + WITHIN_MS
  let rounds = 0
  let readMs = 0
  let stale: Complaint | undefined
  while (stale === undefined && rounds < ROUNDS && performance.now() < deadline) {
    signal.throwIfAborted()
    const version = `${service} version ${++rounds}`
    await lengthen(`${service} version ${rounds - 1}, the old one, `)
    const began = performance.now()
    const readers = Promise.all(Array.from({ length: READERS }, () => world.request('GET', url)))
    await delay(readMs * (OFFSETS[rounds % OFFSETS.length] ?? 0))
    const written = await put(version)
    await readers
    readMs = performance.now() - began
    if (!isOk(written)) continue
    stale = await staleness(lab, url, { [mark]: version }, written)
  }
  const confidence = fixed(100 * (1 - (1 - SHOWN_AT_LEAST) ** rounds), 1)
  const finding = judge(
    {
      en: 'After the last acknowledged PUT, GET gives what it wrote, however readers and writer overlapped',
      ru: 'После последнего подтверждённого PUT GET отдаёт записанное, как бы ни пересеклись читатели и писатель',
    },
    [stale],
    { repro: reproOf(resource) },
  )
  lab.expect(`advice.${service}.stale-reads`, {
    ...finding,
    ...(finding.held && {
      actual: {
        en: `${rounds} rounds, and never an old value. (A race that happens in one round of seven is seen with a probability of ${confidence.en} %.)`,
        ru: `Раундов: ${rounds}, старого значения не было. (Гонка, которая проявляется в каждом седьмом, видна с вероятностью ${confidence.ru} %.)`,
      },
    }),
  } as CheckFinding)
}

/** Whether an old value is read, now and a moment later. */
async function staleness(
  { world }: RaceLab,
  url: string,
  wanted: Readonly<Record<string, unknown>>,
  written: Answer,
): Promise<Complaint | undefined> {
  const isOld = (answer: Answer) => isOk(answer) && !says(rowOf(answer), wanted)
  if (!isOld(await world.request('GET', url))) return undefined
  await delay(200)
  const answer = await world.request('GET', url)
  if (!isOld(answer)) return undefined
  return complain(
    {
      en: 'Acknowledged, and yet the old value is read, until its TTL is over:',
      ru: 'Изменение подтверждено, но читается старое значение, пока не истечёт TTL:',
    },
    written,
    answer,
  )
}

/** Gives the object a long value that no cache knows: as long as the implementation lets it be. */
async function lengthener(
  lab: RaceLab,
  resource: Resource,
  id: number,
  put: (value: string) => Promise<Answer>,
): Promise<(value: string) => Promise<void>> {
  const {
    service,
    marks: [mark],
  } = resource
  const database = lab.world.databases[service]
  const limit = database && (await lengthLimit(database, service, mark))
  if (database !== undefined && limit !== undefined) {
    return async (value) => {
      // The row as it is would be known to the cache; after a PUT, nothing is.
      await put(value)
      await database.query(`UPDATE ${service} SET ${mark} = rpad($1, $2, 'x') WHERE id = $3`, [
        value,
        limit,
        id,
      ])
    }
  }
  for (const length of LENGTHS)
    if (isOk(await put('x'.repeat(length))))
      return async (value) => void (await put(value.padEnd(length, 'x')))
  return async (value) => void (await put(value))
}

/** How long a text the column takes, up to the longest that is wanted; `undefined` when there is no such column. */
async function lengthLimit(database: Database, table: string, column: string): Promise<number | undefined> {
  const [found] = await database.query(
    'SELECT coalesce(character_maximum_length, $3)::int AS length FROM information_schema.columns WHERE table_name = $1 AND column_name = $2',
    [table, column, LENGTHS[0]],
  )
  return typeof found?.length === 'number' ? Math.min(found.length, LENGTHS[0] ?? 0) : undefined
}

function reproOf(resource: Resource): readonly string[] {
  const {
    path,
    service,
    marks: [mark],
  } = resource
  const send = (value: string) =>
    `curl -sS -L -X PUT "$URL${path}/$ID" -H 'Content-Type: application/json' -d "{\\"${mark}\\": \\"${value}\\"}" > /dev/null`
  return [
    ...createOne(resource),
    'for I in $(seq 40); do',
    `  ${send('old')}`,
    `  psql "${databaseOf(service)}" -qc "UPDATE ${service} SET ${mark} = repeat('x', 500000) WHERE id = $ID"`,
    `  for R in 1 2 3; do curl -sS -L "$URL${path}/$ID" > /dev/null & done`,
    '  sleep 0.0$((RANDOM % 3))',
    `  ${send('new $I')}`,
    '  wait; sleep 0.2',
    `  curl -sS -L "$URL${path}/$ID" | grep -q "new $I" || break`,
    'done',
    `echo "round $I: PUT said new $I, GET gives $(curl -sS -L "$URL${path}/$ID" | cut -c 1-100)"`,
    expected(
      'what PUT said, in each of 40 rounds',
      `grep -q "new 40" <<< "$(curl -sS -L "$URL${path}/$ID")"`,
    ),
  ]
}

/** Where the race is looked for: where there is a text to make long. */
export const staleReads = [RESOURCES.users, RESOURCES.orders].map(staleReadsOf)
