import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type CacheStore, type Lease, MARKER_MS } from './cache-store.ts'
import { createCacheTrust, TRUST_MS } from './cache-trust.ts'
import type { Database, Query } from './database.ts'
import { withDeadline } from './deadline.ts'
import type { InvalidationJournal } from './invalidation-journal.ts'
import type { Logger } from './log.ts'
import { Counter, Gauge, type Metrics } from './metrics.ts'
import { ProblemError } from './problems.ts'

/** What the cache had to do with an answer: it gave it, it was filled with it, or it was not asked. */
export type CacheOutcome = 'HIT' | 'MISS' | 'BYPASS'

/** The answer to a read: the object as JSON, or `undefined` where there is none. */
export interface CacheRead {
  key: string
  json: string | undefined
  outcome: CacheOutcome
}

type Load = () => Promise<object | undefined>

/** A coherent read-through cache of one kind of object. */
export interface Cache {
  /**
   * Gives an object as JSON: from the cache, or from `load`, whose answer is then cached. What `load` does not find is
   * not cached.
   *
   * Once `change` has resolved, no later `read`, through any replica, gives what was there before.
   */
  read(id: number, load: Load): Promise<CacheRead>
  /**
   * Changes an object in the database, and has every cache forget it.
   *
   * @param work makes the change, with one statement of `query`.
   */
  change<T>(id: number, work: (query: Query) => Promise<T>): Promise<T>
  close(): Promise<void>
}

// A read may take 100 ms longer with a bad cache than with none (contract), which a look-up and a fill have to share.
const FIND_DEADLINE_MS = 60
const FILL_DEADLINE_MS = 30
/** How long a write waits for Redis, and a probe, in milliseconds. A write that goes on without costs all replicas the cache. */
const WRITE_DEADLINE_MS = 300
/** From one look at Redis and the journal to the next, in milliseconds. */
const WATCH_INTERVAL_MS = 250
/** The same while Redis is away. */
const RETRY_INTERVAL_MS = 100
/** What is waited beyond the time that trust lasts, in milliseconds: clocks do not go quite alike. */
const CLOCK_MARGIN_MS = 50
/** How often a write begins anew because Redis came and went meanwhile. */
const MAX_ATTEMPTS = 5

/** A time in which this replica cannot reach Redis, and writes all the same. */
interface Outage {
  id: string
  /** Resolves when no other replica believes the cache any more, or when the outage is over. */
  isKnown: Promise<void>
  end: AbortController
}

/**
 * The cache of the contract, coherent whatever races and whatever fails; docs/coherence.md tells how, and why that holds.
 *
 * In short: a write tells Redis before it commits, so that nothing old is in the cache from then on, and after, so that
 * the new may be cached. Where Redis cannot be told, the write declares an outage in the database, waits until every
 * replica has noticed, and records what Redis has to be told later. A replica believes the cache only while it knows from
 * the database that there is nothing of that.
 *
 * @param options.name the first part of the keys: `user` makes `user:1`.
 * @param options.patience how many times longer than in production Redis may take, for a process that is kept busy by others.
 */
export function createCache({
  store,
  journal,
  database,
  name,
  ttlSeconds,
  log,
  metrics,
  patience = 1,
}: {
  store: CacheStore
  journal: InvalidationJournal
  database: Database
  name: string
  ttlSeconds: number
  log: Logger
  metrics: Metrics
  patience?: number
}): Cache {
  const registers = [metrics.registry]
  const reads = new Counter({
    name: 'cache_reads_total',
    help: 'Reads by id, by what the cache had to do with the answer.',
    labelNames: ['outcome'],
    registers,
  })
  const outages = new Counter({
    name: 'cache_outages_total',
    help: 'Times in which this replica wrote without reaching Redis.',
    registers,
  })
  new Gauge({
    name: 'cache_in_use',
    help: 'Whether this replica believes the cache: 1 or 0.',
    registers,
    collect() {
      this.set(isRedisUp && trust.holds() ? 1 : 0)
    },
  })

  const close = new AbortController()
  const closing = close.signal
  const trust = createCacheTrust({
    journal,
    onFailure: (err) => log.debug({ err }, 'The journal of invalidations cannot be read'),
  })
  const loads = new Map<string, Promise<string | undefined>>()
  const laterLoads = new Map<string, { running: Promise<unknown>; next?: Promise<string | undefined> }>()
  let isRedisUp = false
  let outage: Outage | undefined
  let told: string | undefined

  // --- Whether the cache may be believed

  /** Redis is not asked any more until it takes a write. */
  function giveUpRedis(err: unknown): void {
    isRedisUp = false
    log.debug({ err }, 'Redis did not do what it was asked')
  }

  async function probe(): Promise<void> {
    try {
      await withDeadline(store.probe(), WRITE_DEADLINE_MS * patience)
      isRedisUp = true
    } catch (error) {
      giveUpRedis(error)
    }
  }

  async function watch(): Promise<void> {
    await Promise.all([probe(), trust.look()])
    if (outage !== undefined) await (isRedisUp ? endOutage(outage) : journal.renewOutage(outage.id))
    if (trust.latest() === 'outage') await journal.endLapsedOutages()
    if (isRedisUp && trust.latest() === 'undelivered') await deliver()
    tell()
  }

  async function keepWatching(): Promise<void> {
    while (!closing.aborted) {
      await watch().catch((err: unknown) => log.debug({ err }, 'The state of the cache is unknown'))
      await pause(isRedisUp ? WATCH_INTERVAL_MS : RETRY_INTERVAL_MS, closing)
    }
  }

  function tell(): void {
    const state = !isRedisUp ? 'Redis takes no writes' : trust.holds() ? 'in use' : trust.latest()
    if (state === told) return
    told = state
    if (state === 'in use') log.info('The cache is in use')
    else log.warn({ reason: state }, 'The cache is bypassed')
  }

  /** Tells Redis what it could not be told before: by this replica, by another, or by one that is no more. */
  async function deliver(): Promise<void> {
    for (;;) {
      const entries = await journal.entries()
      if (entries.length === 0) break
      await withDeadline(
        Promise.all(entries.map(({ key }) => store.invalidate(key))),
        WRITE_DEADLINE_MS * patience * Math.ceil(entries.length / 100),
      )
      await journal.remove(entries)
    }
    await trust.look()
  }

  // --- Reading

  async function find(key: string): Promise<Lease | undefined> {
    if (!isRedisUp || !(trust.holds() || (await trust.renew()))) return undefined
    try {
      const found = await withDeadline(getOrLease(key), FIND_DEADLINE_MS * patience)
      // Again, for this process may have stood still meanwhile.
      return trust.holds() || (await trust.renew()) ? found : undefined
    } catch (error) {
      giveUpRedis(error)
      return undefined
    }
  }

  async function getOrLease(key: string): Promise<Lease> {
    const json = await store.get(key)
    return json === null ? await store.lease(key, randomUUID()) : { json }
  }

  async function loadAndFill(key: string, token: string, load: Load): Promise<string | undefined> {
    const json = toJson(await load())
    if (json === undefined) return undefined
    await withDeadline(store.fill(key, token, json, ttlSeconds), FILL_DEADLINE_MS * patience).catch(
      giveUpRedis,
    )
    return json
  }

  /**
   * All that hold a lease share its load: it was valid when the last of them came, so no change had been committed by
   * then that the load could have missed.
   */
  function loadOnce(key: string, token: string, load: Load): Promise<string | undefined> {
    let loading = loads.get(token)
    if (loading === undefined) {
      loading = loadAndFill(key, token, load).finally(() => loads.delete(token))
      loads.set(token, loading)
    }
    return loading
  }

  /** Where there is no lease, all that come while one load is under way share the next one. */
  function loadNext(key: string, load: Load): Promise<string | undefined> {
    const current = laterLoads.get(key)
    if (current !== undefined) {
      current.next ??= current.running.then(
        () => loadNext(key, load),
        () => loadNext(key, load),
      )
      return current.next
    }
    const running = load().then(toJson)
    laterLoads.set(key, { running })
    return running.finally(() => laterLoads.delete(key))
  }

  // --- Writing

  function beginOutage(err: unknown): Outage {
    if (outage !== undefined) return outage
    const id = randomUUID()
    outages.inc()
    log.warn({ err, outage: id }, 'Redis cannot be told of changes; all replicas go without the cache')
    const end = new AbortController()
    const begun = { id, end, isKnown: journal.declareOutage(id).then(() => untilAllKnow(end.signal)) }
    outage = begun
    begun.isKnown.catch(() => forget(begun))
    return begun
  }

  function forget(over: Outage): void {
    over.end.abort()
    if (outage === over) outage = undefined
  }

  async function endOutage(over: Outage): Promise<void> {
    // Writes are to tell Redis again from now on; those under way hold the outage until they are recorded.
    forget(over)
    await journal.endOutage(over.id)
    log.info({ outage: over.id }, 'Redis can be told of changes again')
    await trust.look()
  }

  /** Changes an object while Redis is there. */
  async function changeWithRedis<T>(
    key: string,
    work: (query: Query) => Promise<T>,
  ): Promise<{ value: T } | { outage: Outage }> {
    const token = randomUUID()
    const complete = () => withDeadline(store.endWrite(key, token), WRITE_DEADLINE_MS * patience)

    const changed = await database.session(async (query) => {
      const begunAt = performance.now()
      try {
        await withDeadline(store.beginWrite(key, token), WRITE_DEADLINE_MS * patience)
        if (performance.now() - begunAt > MARKER_MS / 2) throw new Error('This process stood still')
      } catch (error) {
        // It may still arrive, and would keep the key out of the cache for long; this arrives after it.
        store.endWrite(key, token).catch((err: unknown) => log.debug({ err }, 'An announcement may be left'))
        return { outage: beginOutage(error) }
      }
      try {
        return { value: await work(query) }
      } catch (error) {
        // What may have been committed all the same keeps its key out of the cache.
        if (!isInDoubt(error)) await complete().catch(giveUpRedis)
        throw error
      }
    })
    if ('outage' in changed) return changed

    try {
      await complete()
    } catch (error) {
      giveUpRedis(error)
      await recordCommitted(key)
    }
    return changed
  }

  /** A change is committed that Redis was told of before. It may have lost that since, so it has to be told again. */
  async function recordCommitted(key: string): Promise<void> {
    await journal.record(database.query, key)
    await untilAllKnow()
  }

  /** Changes an object without Redis; `undefined` where the outage is over. */
  async function changeWithoutRedis<T>(
    key: string,
    current: Outage,
    work: (query: Query) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    await current.isKnown
    return database.transaction(async (query) => {
      if (!(await journal.holdOutage(query, current.id))) return undefined
      // First, because a change that fails ends the transaction.
      await journal.record(query, key)
      return { value: await work(query) }
    })
  }

  const watching = keepWatching()

  return {
    read: async (id, load) => {
      const key = `${name}:${id}`
      const found = await find(key)
      let read: Omit<CacheRead, 'key'>
      if (found === undefined) read = { json: toJson(await load()), outcome: 'BYPASS' }
      else if (found === 'none') read = { json: await loadNext(key, load), outcome: 'MISS' }
      else if ('json' in found) read = { json: found.json, outcome: 'HIT' }
      else read = { json: await loadOnce(key, found.token, load), outcome: 'MISS' }
      reads.inc({ outcome: read.outcome })
      return { key, ...read }
    },

    change: async (id, work) => {
      const key = `${name}:${id}`
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const begun = outage === undefined ? await changeWithRedis(key, work) : { outage }
        if ('value' in begun) return begun.value
        const changed = await changeWithoutRedis(key, begun.outage, work)
        if (changed !== undefined) return changed.value
        forget(begun.outage)
      }
      throw new ProblemError('unavailable', 'The cache comes and goes at the moment; try again shortly.', {
        headers: { 'retry-after': '1' },
      })
    },

    close: async () => {
      close.abort()
      await store.close()
      await watching
      await journal.close()
    },
  }
}

/** Waits until what has just been committed to the journal is known to all, or the signal ends the wait. */
const untilAllKnow = (signal?: AbortSignal): Promise<void> => pause(TRUST_MS + CLOCK_MARGIN_MS, signal)

/** Waits, without keeping the process alive; at most until the signal. */
const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, { ...(signal && { signal }), ref: false }).catch(() => undefined)

const toJson = (object: object | undefined): string | undefined => object && JSON.stringify(object)

/** Whether a statement may have been committed although it failed: its connection was lost, or it took too long. */
const isInDoubt = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem === 'unavailable'
