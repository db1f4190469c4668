import type { Database } from './database.ts'

/** An invalidation that Redis has not been told of yet. */
export interface JournalEntry {
  id: string
  key: string
}

/** Where invalidations wait that could not be delivered, safe from a crash of this process. */
export interface InvalidationJournal {
  record(key: string): Promise<void>
  entries(): Promise<JournalEntry[]>
  remove(entries: JournalEntry[]): Promise<void>
}

/** The journal's table. It is written to only while Redis is out of reach. */
export const JOURNAL_DDL = `
  CREATE TABLE IF NOT EXISTS undelivered_invalidations (
    id BIGSERIAL PRIMARY KEY,
    key VARCHAR NOT NULL
  )`

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

/** Keeps the journal in the service's own database. @param tables What it is read after: before that, its table may be missing. */
export function createInvalidationJournal(
  { query }: Database,
  tables: Promise<void> = Promise.resolve(),
): InvalidationJournal {
  return {
    record: async (key) => {
      await query(RECORD, [key])
    },
    entries: async () => {
      await tables
      return query<JournalEntry>(ENTRIES)
    },
    remove: async (entries) => {
      // By id, not by key: the same key may have been recorded again since.
      await query(REMOVE, [entries.map(({ id }) => id)])
    },
  }
}
