import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@msctl/platform/database'
import type { Redis } from '@msctl/platform/redis'

/** What takes longer than this though it needs no time shows nothing but that its machine is too busy, in milliseconds. */
export const STALL_MS = 1_000
/** From one probe to the next, in milliseconds. */
const PROBE_EVERY_MS = 250

/** Asks something that no implementation can hold up. Rejects when it is unavailable, which is another matter. */
export type Probe = () => Promise<unknown>

/** Sees when everything stands still: the disk of a database, a machine that is too busy, this process. */
export interface StallDetector {
  /** How long stalls of more than {@link STALL_MS} lasted between two times of `performance.now()`, in milliseconds. */
  stalledMs(from: number, to: number): number
  /** While everything is down on purpose, and comes up, nothing is a stall. */
  expectDown<T>(work: () => Promise<T>): Promise<T>
  /** Probes no more. */
  stop(): void
}

/**
 * Probes again and again, each by itself. Its own pauses are watched, too.
 *
 * @param pause waits, with the clock of a test.
 */
export function detectStalls(
  probes: readonly Probe[],
  pause: typeof delay<undefined> = delay,
): StallDetector {
  const ended = new AbortController()
  const { signal } = ended
  const stalls: { readonly from: number; readonly to: number }[] = []
  const current = new Set<{ readonly from: number }>()
  let downtimes = 0
  let upSince = Number.NEGATIVE_INFINITY
  const isStall = (from: number, to: number) => downtimes === 0 && from >= upSince && to - from > STALL_MS
  const note = (from: number) => {
    const to = performance.now()
    if (isStall(from, to)) stalls.push({ from, to })
  }
  const watch = async (probe: Probe) => {
    while (!signal.aborted) {
      const asked = { from: performance.now() }
      current.add(asked)
      await probe().then(
        () => note(asked.from),
        // Whoever needs what is away says so.
        () => undefined,
      )
      current.delete(asked)
      const due = performance.now() + PROBE_EVERY_MS
      await pause(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined)
      note(due)
    }
  }
  for (const probe of [...probes, async () => undefined]) void watch(probe)
  return {
    stalledMs: (from, to) => {
      const open = [...current].filter((asked) => isStall(asked.from, to)).map((asked) => ({ ...asked, to }))
      const parts = [...stalls, ...open]
        .map((each) => ({ from: Math.max(each.from, from), to: Math.min(each.to, to) }))
        .sort((a, b) => a.from - b.from)
      let sum = 0
      let end = from
      for (const part of parts) {
        sum += Math.max(0, part.to - Math.max(part.from, end))
        end = Math.max(end, part.to)
      }
      return sum
    },
    expectDown: async (work) => {
      downtimes++
      try {
        return await work()
      } finally {
        downtimes--
        upSince = performance.now()
      }
    },
    stop: () => ended.abort(),
  }
}

/**
 * Has the database write a record to its log and wait for the disk, as whoever changes something does. It changes nothing, and is there since
 * PostgreSQL 9.6.
 */
const WRITE = "SELECT pg_logical_emit_message(true, 'msctl', '')"
/** Where nothing may be written. */
const READ = 'SELECT 1'

/** Probes a database, over a connection of its own: what is asked elsewhere may take its time. */
export function databaseProbe(database: Pick<Database, 'connect'>): Probe {
  let connecting: ReturnType<Database['connect']> | undefined
  let mayWrite = true
  return async () => {
    connecting ??= database.connect()
    try {
      const { query } = await connecting
      const attempt = mayWrite ? query(WRITE) : query(READ)
      await attempt.catch(async (error: unknown) => {
        if (!mayWrite) throw error
        await query(READ)
        mayWrite = false
      })
    } catch (error) {
      connecting = undefined
      throw error
    }
  }
}

/** Probes Redis, which has to be reached by its port: through its redis-cli, that takes long by itself. */
export function redisProbe(redis: Redis): Probe {
  return () => redis.ask('PING')
}
