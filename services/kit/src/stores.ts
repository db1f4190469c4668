import type { ReadinessProbe } from './app.ts'
import { type Cache, createCache } from './cache.ts'
import { connectCacheStore } from './cache-store.ts'
import type { StoreConfig } from './config.ts'
import { connectDatabase, createTables, type Database } from './database.ts'
import { createIdempotency, IDEMPOTENCY_DDL, type Idempotency } from './idempotency.ts'
import { createInvalidationJournal, JOURNAL_DDL } from './invalidation-journal.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** How often keys older than 24 hours are deleted, in milliseconds. */
const FORGET_INTERVAL_MS = 3_600_000

/** What every service keeps its objects in. */
export interface Stores {
  database: Database
  cache: Cache
  idempotency: Idempotency
  /** Resolves once the tables are there, or no longer needed; rejects when they cannot be created. */
  tables: Promise<void>
  isReady: ReadinessProbe
  close(): Promise<void>
}

/**
 * Connects a service to its database and to the cache, and creates its tables as soon as the database is there.
 *
 * @param options.name the first part of the cache's keys.
 * @param options.patience see {@link createCache}.
 * @param options.ddl the statements that create the service's own tables, if they do not exist.
 */
export function openStores({
  config,
  name,
  ddl,
  log,
  metrics,
  patience,
}: {
  config: StoreConfig
  name: string
  ddl: string[]
  log: Logger
  metrics: Metrics
  patience?: number
}): Stores {
  const database = connectDatabase({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, log })
  const closing = new AbortController()
  let tablesState = 'being created'
  const tables = createTables(database, [...ddl, IDEMPOTENCY_DDL, JOURNAL_DDL], {
    log,
    signal: closing.signal,
  }).then(
    () => {
      tablesState = 'ok'
      log.info('The tables are there')
    },
    (error: unknown) => {
      if (!closing.signal.aborted) throw error
    },
  )

  const cache = createCache({
    store: connectCacheStore({ url: config.REDIS_URL, log }),
    journal: createInvalidationJournal({
      database,
      watch: connectDatabase({ url: config.DATABASE_URL, poolSize: 1, log }),
      tables,
    }),
    database,
    name,
    ttlSeconds: config.CACHE_TTL_SECONDS,
    log,
    metrics,
    ...(patience === undefined ? {} : { patience }),
  })
  const idempotency = createIdempotency(database)

  const forget = () =>
    idempotency
      .forgetOld()
      .catch((err: unknown) => log.warn({ err }, 'Old idempotency keys could not be deleted'))
  const forgetting = setInterval(forget, FORGET_INTERVAL_MS)
  forgetting.unref()

  return {
    database,
    cache,
    idempotency,
    tables,
    isReady: async () => ({
      database: await database.ping().then(
        () => 'ok',
        (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message),
      ),
      tables: tablesState,
    }),
    close: async () => {
      closing.abort()
      clearInterval(forgetting)
      await cache.close()
      await database.close()
    },
  }
}
