import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { Answer } from '../../run/grader.ts'
import { readKey } from '../../target/redis.ts'
import { rowOf, says } from '../answers.ts'
import { comesTrue } from '../locks.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, type Mark, patienceMs } from './cached.ts'
import { overwrite, shows } from './cached-value.ts'
import { SHORTENED_SECONDS } from './key-and-ttl.ts'

/**
 * Where the second answer comes from. First Redis is made to say something else than the database: is it served? If not, or if the
 * value is not to be written into, the database is changed behind the service's back: is that seen?
 */
export async function findSource(
  lab: CacheLab,
  redis: Redis,
  resource: Resource,
  entry: Entry,
): Promise<Source> {
  const { id, key, mark } = entry
  const get = () => lab.world.request('GET', `${resource.path}/${id}`)
  const forged = forge(mark)
  const forgedRow = { [mark.name]: typeof mark.value === 'number' ? Number(forged) : forged }
  let answer: Answer | undefined
  let isForged = false
  const isServed = await comesTrue(lab.signal, patienceMs(lab.world), async () => {
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
        ru: 'Значение в кэше не удаётся прочитать, а без базы данных (--db) не видно, отдаётся ли оно.',
      },
    }
  const seen: Text = {
    en: `Redis holds ${forged} under ${key}, but the second GET gives another value:`,
    ru: `В Redis под ключом ${key} лежит ${forged}, но второй GET отдаёт другое значение:`,
  }
  const now = await readKey(redis, key)
  if (now !== undefined && shows(now, forged)) return { is: 'database', seen, answers: [answer] }
  // It was written anew. Because it noticed the forgery, or because it writes whenever it is asked?
  await redis.ask('EXPIRE', key, String(SHORTENED_SECONDS))
  await get()
  if (Number(await redis.ask('TTL', key)) > SHORTENED_SECONDS)
    return { is: 'database', seen, answers: [answer] }
  return {
    is: 'unknown',
    why: {
      en: 'The service did not accept a replaced value in its cache, and without the database (--db) nothing else shows what is served.',
      ru: 'Сервис не принял подменённое значение в кэше, а без базы данных (--db) не видно, что отдаётся.',
    },
  }
}

export type Source =
  | { readonly is: 'redis' }
  | { readonly is: 'database'; readonly seen: Text; readonly answers: readonly Answer[] }
  | { readonly is: 'unknown'; readonly why: Text }

/** An object, where it is in Redis, and what it is known by. */
export interface Entry {
  readonly id: number
  readonly key: string
  readonly mark: Mark
}

/** Changes the row where the service does not see it; `undefined` when that cannot be done. */
async function changeBehind(
  lab: CacheLab,
  redis: Redis,
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
  await redis.ask('DEL', key)
  await comesTrue(lab.signal, patienceMs(lab.world), async () => {
    await get()
    return (await redis.ask('EXISTS', key)) === 1
  })
  const behind = typeof mark.value === 'number' ? mark.value + 1 : `${mark.value} changed`
  await database.query(`UPDATE ${service} SET "${column.name}" = $1 WHERE id = $2`, [behind, id])
  let answer = await get()
  const isOld = await comesTrue(lab.signal, patienceMs(lab.world), async () => {
    if (says(rowOf(answer), { [mark.name]: mark.value })) return true
    answer = await get()
    return false
  })
  await database.query(`UPDATE ${service} SET "${column.name}" = $1 WHERE id = $2`, [mark.value, id])
  if (isOld) return { is: 'redis' }
  return {
    is: 'database',
    seen: {
      en: 'The row was changed in the database alone, and the second GET shows the change, so it was not served from the cache:',
      ru: 'Строку изменили только в базе, и второй GET показывает изменение, то есть отдан не из кэша:',
    },
    answers: [answer],
  }
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
