import { setTimeout as delay } from 'node:timers/promises'
import type { Lab } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { DatabaseReach, Grader } from '../run/grader.ts'

/** A table that nobody else can read or write for a while. */
export interface HeldTable {
  /** How many wait for it. */
  waiting(): Promise<number>
  release(): Promise<void>
}

/**
 * Locks a service's table, so that whatever reaches its database stays there and can be counted. It is released with the run at the
 * latest. `undefined` when the table is not where the assignment puts it.
 */
export async function holdTable(
  lab: Pick<Lab<Grader, unknown>, 'cleanUp'>,
  service: ServiceName,
  database: DatabaseReach,
): Promise<HeldTable | undefined> {
  const [found] = await database.query('SELECT to_regclass($1)::oid::int AS table', [`public.${service}`])
  const table = found?.table
  if (typeof table !== 'number') return undefined
  const connection = await database.connect()
  let isHeld = true
  const release = async () => {
    if (!isHeld) return
    isHeld = false
    // Closing alone would do; but the lock is to be gone when this returns.
    await connection.query('ROLLBACK').finally(() => connection.close())
  }
  lab.cleanUp({ en: `Release the table ${service}`, ru: `Отпустить таблицу ${service}` }, release)
  await connection.query('BEGIN')
  await connection.query("SET LOCAL lock_timeout = '5s'")
  await connection.query(`LOCK TABLE public.${service} IN ACCESS EXCLUSIVE MODE`)
  return {
    waiting: async () => {
      const [row] = await database.query(
        'SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks WHERE relation = $1::oid AND NOT granted',
        [table],
      )
      return Number(row?.waiting ?? 0)
    },
    release,
  }
}

/** What one look counts for at most, in milliseconds: one that takes longer shows that whatever is looked at may be held up, too. */
const LOOK_COUNTS_MS = 250

/** Looks again and again until it is so, or the time is over, in which what held up a look does not count. */
export async function comesTrue(
  signal: AbortSignal,
  withinMs: number,
  look: () => Promise<boolean>,
): Promise<boolean> {
  for (let spentMs = 0; ; ) {
    signal.throwIfAborted()
    const began = performance.now()
    if (await look()) return true
    if (spentMs >= withinMs) return false
    await delay(20, undefined, { signal })
    spentMs += Math.min(performance.now() - began, LOOK_COUNTS_MS)
  }
}
