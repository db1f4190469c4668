import { randomUUID } from 'node:crypto'
import type { CacheStore } from './cache-store.ts'
import { withDeadline } from './deadline.ts'
import type { InvalidationJournal } from './invalidation-journal.ts'
import type { Logger } from './log.ts'
import { Counter, type Metrics } from './metrics.ts'

/** What the cache had to do with an answer: it gave it, it was filled with it, or it was not there. */
export type CacheOutcome = 'HIT' | 'MISS' | 'BYPASS'

/** The answer to a read: the object as JSON, or `undefined` where there is none. */
export interface CacheRead {
  key: string
  json: string | undefined
  outcome: CacheOutcome
}

/** A coherent read-through cache of one kind of object. */
export interface Cache {
  /**
   * Gives an object as JSON: from the cache, or from `load`, whose answer is then cached. What `load` does not find is
   * not cached.
   *
   * Once `invalidate` has resolved, no later `read`, through any replica, gives what was there before.
   */
  read(id: number, load: () => Promise<object | undefined>): Promise<CacheRead>
  /** Makes the cache forget an object. To be awaited between the commit of a change and its answer. */
  invalidate(id: number): Promise<void>
  close(): Promise<void>
}

// A read may take 100 ms longer with a bad cache than with none (contract), which a look-up and a fill have to share.
const FIND_DEADLINE_MS = 60
const FILL_DEADLINE_MS = 30
const INVALIDATE_DEADLINE_MS = 60

/** How long to wait between attempts to win trust in Redis back, in milliseconds. */
const RECOVERY_INTERVAL_MS = 100

/**
 * The cache of the contract: cache-aside without the textbook's race, in which a reader misses, reads the old row, a
 * writer commits and deletes the key, and the reader then fills the cache with the old row.
 *
 * A miss takes a *lease*: a token in Redis, one for each key. An invalidation deletes the key and voids its lease; a fill
 * with a voided lease is refused. Readers that hold the same lease share one `load` in this process: as the lease was
 * valid when the last of them came, no change was acknowledged before it that the load could have missed.
 *
 * While Redis is down, slow or full, reads go to `load` (`BYPASS`). An invalidation that could not be delivered is
 * written to the journal in the database, and this process does not trust the cache again until the journal is worked
 * off: its own entries, those of other replicas, and those that it left before it was restarted.
 *
 * @param options.name the first part of the keys: `user` makes `user:1`.
 * @param options.patience how many times longer than in production Redis may take, for a process that is kept busy by others.
 */
export function createCache({
  store,
  journal,
  name,
  ttlSeconds,
  log,
  metrics,
  patience = 1,
}: {
  store: CacheStore
  journal: InvalidationJournal
  name: string
  ttlSeconds: number
  log: Logger
  metrics: Metrics
  patience?: number
}): Cache {
  const reads = new Counter({
    name: 'cache_reads_total',
    help: 'Reads by id, by what the cache had to do with the answer.',
    labelNames: ['outcome'],
    registers: [metrics.registry],
  })
  const loads = new Map<string, Promise<string | undefined>>()
  // A process that has just started knows nothing yet, so it begins like one that has just lost Redis.
  let isTrusted = false
  let isClosed = false
  let recordsStarted = 0
  let recordsUnderWay = 0
  let recovery: NodeJS.Timeout | undefined

  const distrust = (err: unknown) => {
    if (!isTrusted) return
    isTrusted = false
    log.warn({ err }, 'The cache is bypassed until Redis answers again')
    scheduleRecovery()
  }

  function scheduleRecovery(delayMs = RECOVERY_INTERVAL_MS): void {
    recovery = setTimeout(() => {
      recover().then(
        () => log.info('The cache is in use'),
        (err: unknown) => {
          log.debug({ err }, 'The cache is still bypassed')
          if (!isClosed) scheduleRecovery()
        },
      )
    }, delayMs)
    recovery.unref()
  }

  async function recover(): Promise<void> {
    await withDeadline(store.ping(), FIND_DEADLINE_MS * patience)
    for (;;) {
      // A record that is made while the entries are read may be missing among them.
      const isQuiet = recordsUnderWay === 0
      const recordsSeen = recordsStarted
      const entries = await journal.entries()
      if (entries.length === 0 && isQuiet && recordsStarted === recordsSeen) break
      for (const { key } of entries)
        await withDeadline(store.invalidate(key), INVALIDATE_DEADLINE_MS * patience)
      await journal.remove(entries)
    }
    isTrusted = true
  }

  async function loadAndFill(
    key: string,
    token: string,
    load: () => Promise<object | undefined>,
  ): Promise<string | undefined> {
    const found = await load()
    if (found === undefined) return undefined
    const json = JSON.stringify(found)
    await withDeadline(store.fill(key, token, json, ttlSeconds), FILL_DEADLINE_MS * patience).catch(
      distrustUnlessRefused,
    )
    return json
  }

  /** Redis that answers with an error (out of memory, say) is there, and its invalidations work. */
  const distrustUnlessRefused = (error: unknown) => {
    if (store.isRefusal(error)) log.debug({ err: error }, 'Redis refused a command')
    else distrust(error)
  }

  async function getOrLease(key: string): Promise<{ json: string } | { token: string }> {
    const json = await store.get(key)
    return json === null ? await store.lease(key, randomUUID()) : { json }
  }

  async function find(key: string): Promise<{ json: string } | { token: string } | undefined> {
    try {
      return await withDeadline(getOrLease(key), FIND_DEADLINE_MS * patience)
    } catch (error) {
      distrustUnlessRefused(error)
      return undefined
    }
  }

  async function bypass(load: () => Promise<object | undefined>): Promise<Omit<CacheRead, 'key'>> {
    const object = await load()
    return { json: object && JSON.stringify(object), outcome: 'BYPASS' }
  }

  async function take(
    key: string,
    found: { json: string } | { token: string },
    load: () => Promise<object | undefined>,
  ): Promise<Omit<CacheRead, 'key'>> {
    if ('json' in found) return { json: found.json, outcome: 'HIT' }
    const { token } = found
    let loading = loads.get(token)
    if (loading === undefined) {
      loading = loadAndFill(key, token, load).finally(() => loads.delete(token))
      loads.set(token, loading)
    }
    return { json: await loading, outcome: 'MISS' }
  }

  scheduleRecovery(0)

  return {
    read: async (id, load) => {
      const key = `${name}:${id}`
      const found = isTrusted ? await find(key) : undefined
      const read = found === undefined ? await bypass(load) : await take(key, found, load)
      reads.inc({ outcome: read.outcome })
      return { key, ...read }
    },

    invalidate: async (id) => {
      const key = `${name}:${id}`
      if (isTrusted) {
        try {
          await withDeadline(store.invalidate(key), INVALIDATE_DEADLINE_MS * patience)
          return
        } catch (error) {
          distrust(error)
        }
      }
      recordsStarted += 1
      recordsUnderWay += 1
      try {
        await journal.record(key)
      } finally {
        recordsUnderWay -= 1
      }
    },

    close: async () => {
      isClosed = true
      clearTimeout(recovery)
      await store.close()
    },
  }
}
