import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@msctl/platform/database'
import type { Redis } from '@msctl/platform/redis'

/** What takes longer than this, in milliseconds, though it should be there at once, tells nothing but that its machine has too much to do. */
export const TOO_SLOW_MS = 1_000
/** From one look to the next, in milliseconds. */
const LOOK_EVERY_MS = 250

/** Asks something that no implementation can hold up. Rejects when it is away, which is another matter. */
export type Look = () => Promise<unknown>

/** Whether everything stands still at times: the disk of a database, a machine with too much to do, this process. */
export interface VitalSigns {
  /** For how long something was held up for longer than {@link TOO_SLOW_MS}, in milliseconds, between two times of `performance.now()`. */
  heldUpMs(from: number, to: number): number
  /** While all is down on purpose, and comes up: that holds up nobody. */
  expectDown<T>(work: () => Promise<T>): Promise<T>
  /** Looks no more. */
  stop(): void
}

/** Looks again and again, at each by itself. Its own pauses are watched, too. */
export function watchVitalSigns(looks: readonly Look[]): VitalSigns {
  const ended = new AbortController()
  const { signal } = ended
  const holdUps: { readonly from: number; readonly to: number }[] = []
  const current = new Set<{ readonly from: number }>()
  let downtimes = 0
  let upSince = Number.NEGATIVE_INFINITY
  const isHeldUp = (from: number, to: number) => downtimes === 0 && from >= upSince && to - from > TOO_SLOW_MS
  const note = (from: number) => {
    const to = performance.now()
    if (isHeldUp(from, to)) holdUps.push({ from, to })
  }
  const watch = async (look: Look) => {
    while (!signal.aborted) {
      const asked = { from: performance.now() }
      current.add(asked)
      await look().then(
        () => note(asked.from),
        // Whoever needs what is away says so.
        () => undefined,
      )
      current.delete(asked)
      const due = performance.now() + LOOK_EVERY_MS
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
      note(due)
    }
  }
  for (const look of [...looks, async () => undefined]) void watch(look)
  return {
    heldUpMs: (from, to) => {
      const open = [...current].filter((asked) => isHeldUp(asked.from, to)).map((asked) => ({ ...asked, to }))
      const parts = [...holdUps, ...open]
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

/** The pulse of a database, over a connection of its own: what is asked elsewhere may take its time. */
export function databasePulse(database: Pick<Database, 'connect'>): Look {
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

/** The pulse of Redis, which has to be reached by its port: asked by somebody in our place, it takes long by itself. */
export function redisPulse(redis: Redis): Look {
  return () => redis.ask('PING')
}
