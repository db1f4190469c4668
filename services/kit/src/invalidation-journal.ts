import type { Database, Query } from './database.ts'

/** An invalidation that Redis has not been told of yet. */
export interface JournalEntry {
  id: string
  key: string
}

/**
 * What replicas tell each other through the database when Redis cannot carry it: which invalidations are undelivered, and
 * which replicas are cut off from Redis and write all the same.
 */
export interface InvalidationJournal {
  /** Whether there is anything of that. */
  look(): Promise<{ isUndelivered: boolean; isOutage: boolean }>
  /** Records an invalidation, in the transaction of `query`. */
  record(query: Query, key: string): Promise<void>
  /** The oldest undelivered invalidations. */
  entries(): Promise<JournalEntry[]>
  remove(entries: JournalEntry[]): Promise<void>
  /** Declares that a replica is cut off from Redis. That lapses when it is not renewed, so that it ends with the replica. */
  declareOutage(outage: string): Promise<void>
  renewOutage(outage: string): Promise<void>
  /** Sees to it that an outage lasts until the transaction of `query` is over; false where it is no longer declared. */
  holdOutage(query: Query, outage: string): Promise<boolean>
  /** Ends an outage, once nobody holds it. */
  endOutage(outage: string): Promise<void>
  /** Ends the outages that have lapsed. */
  endLapsedOutages(): Promise<void>
  close(): Promise<void>
}

/** The journal's tables. They are written to only while Redis does not do its part. */
export const JOURNAL_DDL = `
  CREATE TABLE IF NOT EXISTS undelivered_invalidations (
    id BIGSERIAL PRIMARY KEY,
    key VARCHAR NOT NULL
  );
  CREATE TABLE IF NOT EXISTS cache_outages (
    id UUID PRIMARY KEY,
    lapses_at TIMESTAMPTZ NOT NULL
  )`

const LOOK = {
  name: 'look-into-journal',
  text: `
    SELECT EXISTS (SELECT FROM undelivered_invalidations) AS "isUndelivered",
           EXISTS (SELECT FROM cache_outages) AS "isOutage"`,
}
const RECORD = {
  name: 'record-invalidation',
  text: 'INSERT INTO undelivered_invalidations (key) VALUES ($1)',
}
const ENTRIES = {
  name: 'list-invalidations',
  text: 'SELECT id, key FROM undelivered_invalidations ORDER BY id LIMIT 1000',
}
const REMOVE = {
  name: 'remove-invalidations',
  text: 'DELETE FROM undelivered_invalidations WHERE id = ANY($1::bigint[])',
}
const DECLARE = {
  name: 'declare-outage',
  text: "INSERT INTO cache_outages (id, lapses_at) VALUES ($1, clock_timestamp() + INTERVAL '5 s')",
}
const RENEW = {
  name: 'renew-outage',
  text: "UPDATE cache_outages SET lapses_at = clock_timestamp() + INTERVAL '5 s' WHERE id = $1",
}
// In the way of no renewal, only of the end.
const HOLD = { name: 'hold-outage', text: 'SELECT id FROM cache_outages WHERE id = $1 FOR KEY SHARE' }
const END = { name: 'end-outage', text: 'DELETE FROM cache_outages WHERE id = $1' }
const END_LAPSED = {
  name: 'end-lapsed-outages',
  text: `
    DELETE FROM cache_outages WHERE id IN
      (SELECT id FROM cache_outages WHERE lapses_at < clock_timestamp() FOR UPDATE SKIP LOCKED)`,
}

/**
 * Keeps the journal in the service's own database.
 *
 * @param options.database for what waits for others.
 * @param options.watch a connection of its own, so that no look waits for the requests of callers.
 * @param options.tables resolves when the tables are there.
 */
export function createInvalidationJournal({
  database,
  watch,
  tables = Promise.resolve(),
}: {
  database: Database
  watch: Database
  tables?: Promise<void>
}): InvalidationJournal {
  return {
    look: async () => {
      await tables
      const [found] = await watch.query<{ isUndelivered: boolean; isOutage: boolean }>(LOOK)
      return found as Exclude<typeof found, undefined>
    },
    record: async (query, key) => {
      await query(RECORD, [key])
    },
    entries: () => watch.query<JournalEntry>(ENTRIES),
    remove: async (entries) => {
      // By id, not by key: the same key may have been recorded again since.
      await watch.query(REMOVE, [entries.map(({ id }) => id)])
    },
    declareOutage: async (outage) => {
      await database.query(DECLARE, [outage])
    },
    renewOutage: async (outage) => {
      await watch.query(RENEW, [outage])
    },
    holdOutage: async (query, outage) => (await query(HOLD, [outage])).length > 0,
    endOutage: async (outage) => {
      await database.query(END, [outage])
    },
    endLapsedOutages: async () => {
      await watch.query(END_LAPSED)
    },
    close: () => watch.close(),
  }
}
