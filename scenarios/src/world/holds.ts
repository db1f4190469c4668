import type { ServiceName } from '@msctl/sdk'
import type { DatabaseSession } from './hands.ts'
import type { AnyLab } from './world.ts'

/** A table that nobody else can read or write for a while: those who try wait, in the middle of their work. */
export interface Hold {
  /** How many of the service's statements wait now. */
  waiting(): Promise<number>
  /** Lets everybody go on. Does nothing the second time. */
  release(): Promise<void>
}

// A statement of its own for each look: PostgreSQL shows the same picture until a transaction ends, unless told to forget it.
const FORGET_PICTURE = 'SELECT pg_stat_clear_snapshot()'
const WAITING = `
  SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
  WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`

/** How many sessions of this database wait for a lock now. */
export async function countWaiting(session: DatabaseSession): Promise<number> {
  await session.query(FORGET_PICTURE)
  const [row] = await session.query(WAITING)
  return Number(row?.waiting)
}

/**
 * Locks a service's table. What the service is asked meanwhile waits in the database: for two seconds, after which the service gives up.
 * The lock ends with the run at the latest, and with the connection, however msctl ends.
 *
 * @param session one to use again; default: a new one.
 */
export async function holdTable(lab: AnyLab, service: ServiceName, session?: DatabaseSession): Promise<Hold> {
  const used = session ?? (await openSession(lab, service))
  await used.query('BEGIN')
  await used.query(`LOCK TABLE ${service} IN ACCESS EXCLUSIVE MODE`)
  let isHeld = true
  return {
    waiting: () => countWaiting(used),
    release: async () => {
      if (!isHeld) return
      isHeld = false
      await used.query('COMMIT')
    },
  }
}

/** A session on a service's database that is closed when the run ends. */
export async function openSession(lab: AnyLab, service: ServiceName): Promise<DatabaseSession> {
  const [session] = await openSessions(lab, service)
  return session as DatabaseSession
}

/** Several of them, which are closed together. */
export async function openSessions(lab: AnyLab, service: ServiceName, count = 1): Promise<DatabaseSession[]> {
  const sessions: DatabaseSession[] = []
  lab.cleanUp({ en: `Leave the database of ${service}`, ru: `Выйти из базы данных ${service}` }, () =>
    Promise.all(sessions.map((session) => session.close())),
  )
  while (sessions.length < count) sessions.push(await lab.world.hands.openDatabase(service))
  return sessions
}
