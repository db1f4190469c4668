import type { DatabaseSession } from '@msctl/platform/database'
import type { Fault } from '../engine/index.ts'
import type { AnyLab } from './world.ts'

// The services' own sessions: people and this program say who they are.
const SERVICE_SESSIONS = `
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND application_name NOT IN ('psql', 'msctl')`
const LEFT = `SELECT count(*)::int AS left ${SERVICE_SESSIONS} AND backend_start < $1::timestamptz`
const RENEW = `SELECT pg_terminate_backend(pid) ${SERVICE_SESSIONS} AND state = 'idle'`
const NOW = 'SELECT clock_timestamp()::text AS now'

/** Sets or resets a default of this database, which sessions take up when they begin. */
const change = (what: string) =>
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${what}', current_database()); END $$`
const SET = change("SET default_transaction_isolation TO ''repeatable read''")
const RESET = change('RESET default_transaction_isolation')

/**
 * Makes a reader of users keep the snapshot of the data that it had when it began, however long it is held before it reads: so it still
 * gets the old row. The service's idle connections are renewed, since only new ones take up the setting.
 */
export function snapshotReads(lab: AnyLab, session: DatabaseSession): Fault {
  let changedAt: unknown
  const renew = async () => {
    changedAt = (await session.query(NOW))[0]?.now
    await session.query(RENEW)
  }
  const isRenewed = async () => {
    const [row] = await session.query(LEFT, [changedAt])
    if (Number(row?.left) > 0) await session.query(RENEW)
    return Number(row?.left) === 0 && (await answers(lab))
  }
  return {
    title: {
      en: 'Let readers see the data as they were when the read began (REPEATABLE READ)',
      ru: 'Читатели видят данные такими, какими они были в начале чтения (REPEATABLE READ)',
    },
    undo: { en: 'Set the isolation level back', ru: 'Вернуть прежний уровень изоляции' },
    apply: async () => {
      await session.query(SET)
      await renew()
    },
    isEffective: isRenewed,
    heal: async () => {
      if (changedAt === undefined) return
      await session.query(RESET)
      await renew()
      const title = { en: 'users has new connections', ru: 'у users новые соединения' }
      await lab.waitFor(title, async () => ((await isRenewed()) ? true : undefined), { withinMs: 30_000 })
    },
  }
}

const answers = ({ world }: AnyLab) =>
  world.quietly.users.list({ limit: 1 }).then(
    () => true,
    () => false,
  )
