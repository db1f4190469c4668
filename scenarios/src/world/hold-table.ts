import { setTimeout as delay } from 'node:timers/promises'
import type { Database, DatabaseSession } from '@msctl/platform/database'
import type { ServiceName } from '@msctl/sdk'
import type { Lab } from '../engine/index.ts'

/** A table that nobody else can read or write for a while: those who try wait, in the middle of their work. */
export interface HeldTable {
  /** How many sessions wait for it now. */
  waiting(): Promise<number>
  /** Lets everybody go on. Does nothing the second time. */
  release(): Promise<void>
}

/** Whatever lab has ways into the databases. */
type DatabaseLab = Pick<Lab<unknown, unknown>, 'cleanUp'> & {
  readonly world: {
    readonly databases: Readonly<Partial<Record<ServiceName, Pick<Database, 'connect'>>>>
  }
}

// A statement of its own for each look: within a transaction PostgreSQL shows the same snapshot of its statistics, unless told to renew it.
const RENEW_SNAPSHOT = 'SELECT pg_stat_clear_snapshot()'
const WAITING = `
  SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
  WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`
const WAITING_FOR_TABLE = `
  SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
  WHERE NOT granted AND relation = $1::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** How many sessions of this database wait for a lock now, whichever. */
export async function countWaiting(session: DatabaseSession): Promise<number> {
  await session.query(RENEW_SNAPSHOT)
  const [row] = await session.query(WAITING)
  return Number(row?.waiting)
}

/**
 * Locks a service's table. What the service is asked meanwhile waits in the database until it gives up. The lock ends with the run at the
 * latest, and with the connection, however msctl ends.
 *
 * @param session one to use again; default: a new one, which is closed when the table is released.
 * @throws what PostgreSQL says, as when there is no such table.
 */
export async function holdTable(
  lab: DatabaseLab,
  service: ServiceName,
  session?: DatabaseSession,
): Promise<HeldTable> {
  const used = session ?? (await connect(lab, service))
  const table = `public.${service}`
  let isHeld = true
  const release = async () => {
    if (!isHeld) return
    isHeld = false
    // Closing alone would do; but the lock is to be gone when this returns.
    await used.query('ROLLBACK').finally(() => (session === undefined ? used.close() : undefined))
  }
  lab.cleanUp({ en: `Release the table ${service}`, ru: `Снять блокировку таблицы ${service}` }, release)
  await used.query('BEGIN')
  await used.query("SET LOCAL lock_timeout = '5s'")
  await used.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  return {
    waiting: async () => {
      const [row] = await used.query(WAITING_FOR_TABLE, [table])
      return Number(row?.waiting)
    },
    release,
  }
}

/** A session on a service's database that is closed when the run ends. */
export async function openSession(lab: DatabaseLab, service: ServiceName): Promise<DatabaseSession> {
  const [session] = await openSessions(lab, service)
  return session as DatabaseSession
}

/** Several of them, which are closed together. */
export async function openSessions(
  lab: DatabaseLab,
  service: ServiceName,
  count = 1,
): Promise<DatabaseSession[]> {
  const sessions: DatabaseSession[] = []
  lab.cleanUp(
    {
      en: `Close the connections to the database of ${service}`,
      ru: `Закрыть соединения с базой данных ${service}`,
    },
    () => Promise.all(sessions.map((session) => session.close())),
  )
  while (sessions.length < count) sessions.push(await connect(lab, service))
  return sessions
}

function connect({ world }: DatabaseLab, service: ServiceName): Promise<DatabaseSession> {
  const database = world.databases[service]
  if (database === undefined) throw new Error(`The database of ${service} is out of reach.`)
  return database.connect()
}

const LOOK_EVERY_MS = 5

/**
 * How long some work takes while each of these services needs so long for its answer, counted from when it is asked. Their tables are
 * locked for that long.
 *
 * @param sessions one for each service, to hold its table with.
 * @returns milliseconds.
 */
export async function timeWithSlowServices(
  lab: DatabaseLab,
  {
    sessions,
    slowMs,
  }: { readonly sessions: Readonly<Partial<Record<ServiceName, DatabaseSession>>>; readonly slowMs: number },
  work: () => Promise<unknown>,
): Promise<number> {
  const services = Object.entries(sessions) as [ServiceName, DatabaseSession][]
  const holds = await Promise.all(services.map(([service, session]) => holdTable(lab, service, session)))
  let isDone = false
  const releasing = holds.map(async (hold) => {
    while (!isDone && (await hold.waiting()) === 0) await delay(LOOK_EVERY_MS)
    if (!isDone) await delay(slowMs)
    await hold.release()
  })
  const began = performance.now()
  try {
    await work()
    return performance.now() - began
  } finally {
    isDone = true
    await Promise.all(releasing)
  }
}
