import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Database, indexDdl, type Query } from './database.ts'
import { ProblemError, unprocessable } from './problems.ts'

/** The answer to a POST, as it is sent, kept, and sent again. */
export interface StoredAnswer {
  status: number
  body: string
}

/** Makes POST safe to repeat. */
export interface Idempotency {
  /**
   * Does `work` at most once for a key within 24 hours, and gives its answer to every request with that key and the
   * same body. Without a key it just does it. `work` runs in the transaction that stores the answer, so either both
   * happen or none; of two requests at once the second waits for the first.
   *
   * @throws a 422 {@link ProblemError} when the key came with another body before, or is malformed.
   */
  run(
    request: { key: string | undefined; body: unknown },
    work: (query: Query) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer & { isReplay: boolean }>
  /** Deletes the keys that are older than 24 hours. */
  forgetOld(): Promise<void>
}

/** The table of keys. A key without a status belongs to a request that is still under way. */
export const IDEMPOTENCY_DDL = `
  CREATE TABLE IF NOT EXISTS idempotency_keys (
    key VARCHAR PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    status INTEGER,
    body TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
  );
  ${indexDdl('idempotency_keys_created_at', 'idempotency_keys (created_at)')}`

// Takes the key if it is free or too old. A key that another transaction is about to take makes this wait for its end.
const CLAIM = {
  name: 'claim-key',
  text: `
    INSERT INTO idempotency_keys AS known (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, created_at = NOW()
      WHERE known.created_at < NOW() - INTERVAL '24 hours'
    RETURNING key`,
}
const STORE = {
  name: 'store-answer',
  text: 'UPDATE idempotency_keys SET status = $2, body = $3 WHERE key = $1',
}
const RECALL = {
  name: 'recall-answer',
  text: 'SELECT fingerprint, status, body FROM idempotency_keys WHERE key = $1',
}
const FORGET = {
  name: 'forget-keys',
  text: "DELETE FROM idempotency_keys WHERE created_at < NOW() - INTERVAL '24 hours'",
}

/** A request's `Idempotency-Key`, if it has one. */
export const idempotencyKeyOf = ({ headers }: FastifyRequest): string | undefined =>
  headers['idempotency-key']?.toString()

const WELL_FORMED_KEY = /^[\x21-\x7e]{1,255}$/

/** Keeps the keys in the service's own database, beside the rows that they stand for. */
export function createIdempotency(database: Database): Idempotency {
  return {
    run: async ({ key, body }, work) => {
      if (key === undefined) return { ...(await work(database.query)), isReplay: false }
      if (!WELL_FORMED_KEY.test(key)) {
        throw unprocessable([
          { path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
        ])
      }
      const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest()
      return database.transaction(async (query) => {
        const claimed = await query(CLAIM, [key, fingerprint])
        if (claimed.length === 0) return recall(query, key, fingerprint)
        const answer = await work(query)
        await query(STORE, [key, answer.status, answer.body])
        return { ...answer, isReplay: false }
      })
    },
    forgetOld: async () => {
      await database.query(FORGET)
    },
  }
}

async function recall(
  query: Query,
  key: string,
  fingerprint: Buffer,
): Promise<StoredAnswer & { isReplay: true }> {
  const [stored] = await query<StoredAnswer & { fingerprint: Buffer }>(RECALL, [key])
  if (stored === undefined)
    throw new ProblemError('unavailable', 'The idempotency key has just expired; try again.')
  if (!stored.fingerprint.equals(fingerprint)) {
    throw unprocessable([{ path: 'Idempotency-Key', message: 'was used before, with another body' }])
  }
  return { status: stored.status, body: stored.body, isReplay: true }
}
