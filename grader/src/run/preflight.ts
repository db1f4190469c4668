import { setTimeout as delay } from 'node:timers/promises'
import type { Control } from '@msctl/platform/control'
import type { OpenDatabase } from '@msctl/platform/database'
import { isConnectedFrom } from '@msctl/platform/port-holder'
import type { OpenRedis, Redis } from '@msctl/platform/redis'
import { waitUntil } from '@msctl/platform/wait-until'
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
  /** The target's gateway. */
  readonly url: string
  /** What stops and starts the target's parts. */
  readonly control?: Pick<Control<'cache'>, 'stop' | 'start'> | undefined
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
/** How long it may take to answer again once it was stopped, in milliseconds. */
const BACK_WITHIN_MS = 15_000
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
  const { request, url, control } = options
  const made = await createAny(options)
  if (made === undefined) return UNVERIFIED
  const read = () => request('GET', `/${made.service}/${made.id}`)
  await read()
  if ((await readKey(redis, `${made.service.slice(0, -1)}:${made.id}`))?.includes(made.mark)) return undefined
  // Whatever is kept there, and under whatever name: is it asked when the target is?
  const idleRate = await commandRate(redis, () => delay(IDLE_MS))
  const rate = await commandRate(redis, async () => {
    for (let index = 0; index < READS; index++) await read()
  })
  if (rate.commands - idleRate.perMs * rate.ms >= ASKED_READS) return undefined
  // It is the target's, and is not used: that is then seen, and fails.
  if (await hasClientOf(redis, url)) return undefined
  if (control !== undefined && (await isStoppedBy(control, redis))) return undefined
  return {
    status: 'error',
    reason: {
      en: 'The target asks nothing of this Redis: it is another one, or the target uses none. Give the address of the one that the target uses, or a control program whose "stop cache" stops it.',
      ru: 'Система не обращается к этому Redis: либо это другой Redis, либо она им не пользуется. Укажите адрес того, которым она пользуется, или программу управления, у которой «stop cache» его останавливает.',
    },
  }
}

/** Whether the target, on this machine, has a connection to it. */
async function hasClientOf(redis: Redis, url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  if (!LOCAL.test(hostname)) return false
  const clients = String(await redis.ask('CLIENT', 'LIST')).split('\n')
  const ports = clients.flatMap((line) => {
    const [, host = '', from] = / addr=(\S+):(\d+) /.exec(line) ?? []
    const isOurs = / name=msctl-verify /.test(line)
    return from !== undefined && LOCAL.test(host) && !isOurs ? [Number(from)] : []
  })
  return isConnectedFrom(new Set(ports), Number(port || (protocol === 'https:' ? 443 : 80)))
}

const LOCAL = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/

/** Whether it is gone when the target's own control stops the cache. */
async function isStoppedBy(
  control: Pick<Control<'cache'>, 'stop' | 'start'>,
  redis: Redis,
): Promise<boolean> {
  const answers = () =>
    redis.ask('PING').then(
      () => true,
      () => undefined,
    )
  const isStopped = await control.stop('cache').then(
    async () => (await answers()) === undefined,
    () => false, // it cannot, and shows nothing
  )
  await control.start('cache').catch((error: Error) => {
    if (isStopped) throw new GradingError('control', `start cache: ${error.message}`, { cause: error })
  })
  if (isStopped) await waitUntil(answers, { deadlineMs: BACK_WITHIN_MS, everyMs: 100 })
  return isStopped
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

/** Who depends on what could not be created fails because of that. */
const UNVERIFIED: Untried = {
  status: 'error',
  reason: {
    en: 'Nothing could be created through the gateway, so it could not be seen whether this is what the target uses.',
    ru: 'Через шлюз ничего не удалось создать, поэтому нельзя понять, этим ли хранилищем пользуется система.',
  },
}

/** One object of whichever service creates any. */
async function createAny(options: PreflightOptions) {
  for (const service of SERVICES) {
    const made = await createOne(options, service)
    if (made !== undefined) return { service, ...made }
  }
  return undefined
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
