import { setTimeout as delay } from 'node:timers/promises'
import type { OpenDatabase } from '@msctl/platform/database'
import type { OpenRedis, Redis } from '@msctl/platform/redis'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { readKey } from '../target/redis.ts'
import { type CreatedObjects, GradingError, type Request } from './grader.ts'
import type { Untried } from './verdict.ts'

export interface PreflightOptions {
  readonly request: Request
  readonly redis: OpenRedis | undefined
  readonly databases: Readonly<Partial<Record<ServiceName, OpenDatabase>>>
  /** Whether they are known to be the target's, as we started them ourselves. */
  readonly isOurs: boolean
  readonly unique: () => string
  readonly random: () => number
  readonly created: CreatedObjects
}

/** What can be used, and why the rest cannot. */
export interface Preflight {
  readonly redis: Redis | undefined
  readonly databases: Readonly<Partial<Record<ServiceName, OpenDatabase>>>
  readonly unusable: Readonly<Partial<Record<'redis' | ServiceName, Untried>>>
}

/** How long a row may take to get into the database after its POST was answered, in milliseconds. */
const ROW_WITHIN_MS = 3_000
const READS = 60
/** Of the reads above, how many a cache that is in use is asked about at least. */
const ASKED_READS = 36
/** How long it is looked how much is asked of Redis anyway, in milliseconds. */
const IDLE_MS = 1_000

/**
 * Checks, before anything is graded, whether Redis and the databases answer, and whether they are the ones that the target uses: what a
 * wrong address shows must never be held against a student.
 */
export async function runPreflight(options: PreflightOptions): Promise<Preflight> {
  const { redis, databases } = options
  const unusable: Partial<Record<'redis' | ServiceName, Untried>> = {}
  if (redis !== undefined) {
    const problem = await problemOf(() => checkRedis(options, redis))
    if (problem !== undefined) unusable.redis = problem
  }
  for (const service of SERVICES) {
    const database = databases[service]
    if (database === undefined) continue
    const problem = await problemOf(() => checkDatabase(options, service, database))
    if (problem !== undefined) unusable[service] = problem
  }
  return {
    redis: unusable.redis === undefined ? redis : undefined,
    databases: Object.fromEntries(Object.entries(databases).filter(([service]) => !(service in unusable))),
    unusable,
  }
}

async function problemOf(check: () => Promise<Untried | undefined>): Promise<Untried | undefined> {
  try {
    return await check()
  } catch (error) {
    const isOfReach = error instanceof GradingError && (error.code === 'redis' || error.code === 'database')
    if (!isOfReach) throw error
    return { status: 'error', reason: error.reason }
  }
}

async function checkRedis(options: PreflightOptions, redis: Redis): Promise<Untried | undefined> {
  await redis.ask('PING')
  if (options.isOurs) return undefined
  const { request } = options
  const made = await createOne(options, 'users')
  if (made === undefined) return UNVERIFIED
  const read = () => request('GET', `/users/${made.id}`)
  await read()
  if ((await readKey(redis, `user:${made.id}`))?.includes(made.mark)) return undefined
  // Whatever is kept there, and under whatever name: is it asked when the target is?
  const idleRate = await commandRate(redis, () => delay(IDLE_MS))
  const rate = await commandRate(redis, async () => {
    for (let index = 0; index < READS; index++) await read()
  })
  if (rate.commands - idleRate.perMs * rate.ms >= ASKED_READS) return undefined
  return {
    status: 'error',
    reason: {
      en: 'The target asks nothing of this Redis: it is another one, or the target uses none. Give the address of the one that the target uses.',
      ru: 'Система не обращается к этому Redis: либо это другой Redis, либо она им не пользуется. Укажите адрес того, которым она пользуется.',
    },
  }
}

/** How much is asked of Redis, by whomever, while something is done. */
async function commandRate(redis: Redis, work: () => Promise<unknown>) {
  const begunAt = performance.now()
  const before = await commandCount(redis)
  await work()
  const commands = (await commandCount(redis)) - before
  const ms = performance.now() - begunAt
  return { commands, ms, perMs: commands / ms }
}

async function commandCount(redis: Redis): Promise<number> {
  const info = String(await redis.ask('INFO', 'stats'))
  return Number(/total_commands_processed:(\d+)/.exec(info)?.[1] ?? 0)
}

async function checkDatabase(
  options: PreflightOptions,
  service: ServiceName,
  database: OpenDatabase,
): Promise<Untried | undefined> {
  await database.query('SELECT 1')
  if (options.isOurs) return undefined
  const made = await createOne(options, service)
  if (made === undefined) return UNVERIFIED
  const deadline = performance.now() + ROW_WITHIN_MS
  do {
    if (await holds(database, made.mark)) return undefined
    await delay(100)
  } while (performance.now() < deadline)
  return {
    status: 'not-assessed',
    reason: {
      en: `What was just created at /${service} is not in the database that was given for it: it is another one, or the service keeps its data elsewhere.`,
      ru: `Только что созданного через /${service} нет в указанной базе данных: это другая база, либо сервис хранит данные не в ней.`,
    },
  }
}

/** Whether any row of any table holds this text, whatever the tables and columns are called. */
async function holds(database: OpenDatabase, text: string): Promise<boolean> {
  const tables = await database.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  for (const { name } of tables) {
    const rows = await database.query(`SELECT 1 FROM ${name} AS t WHERE t::text LIKE $1 LIMIT 1`, [
      `%${text}%`,
    ])
    if (rows.length > 0) return true
  }
  return false
}

const UNVERIFIED: Untried = {
  status: 'not-assessed',
  reason: {
    en: 'Nothing could be created through the gateway, so it could not be seen whether this is what the target uses.',
    ru: 'Через шлюз ничего не удалось создать, поэтому нельзя понять, этим ли хранилищем пользуется система.',
  },
}

/** Creates one object with something in it that nothing else has. */
async function createOne(
  { request, unique, random, created }: PreflightOptions,
  service: ServiceName,
): Promise<{ readonly id: number; readonly mark: string } | undefined> {
  const number = String(100_000_000 + Math.floor(random() * 899_999_999))
  const text = unique()
  const [mark, json] = {
    users: [text, { email: `${text}@example.com`, name: text }] as const,
    orders: [text, { userId: Number(number), product: text, quantity: 1 }] as const,
    payments: [number, { order_id: Number(number), amount: 1.5 }] as const,
  }[service]
  const answer = await request('POST', `/${service}`, { json })
  const id = (answer.json as { id?: unknown } | null | undefined)?.id
  if (answer.status === null || answer.status >= 300 || typeof id !== 'number') return undefined
  created.note(service, id)
  return { id, mark }
}
