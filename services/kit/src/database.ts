import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from './log.ts'
import { ProblemError } from './problems.ts'

/** An SQL statement. Its name makes PostgreSQL plan it once for each connection. */
export interface Statement {
  name: string
  text: string
}

/** Runs a statement, and gives its rows. */
export type Query = <Row extends pg.QueryResultRow>(
  statement: Statement,
  values?: unknown[],
) => Promise<Row[]>

/** A bounded pool of connections to PostgreSQL. */
export interface Database {
  query: Query
  /** Runs statements one after the other on one connection, each a transaction of its own. */
  session<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Runs `work` in a transaction, which commits when it resolves and rolls back when it rejects. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Rejects when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

// All are below the three seconds after which the gateway gives up: a caller shall be told what is wrong, not that time ran out.
const CONNECT_TIMEOUT_MS = 1500
const STATEMENT_TIMEOUT_MS = 2000
const ANSWER_TIMEOUT_MS = 2500
/** How long a transaction may wait for its next statement: what a process that was paused holds is given back. */
const IDLE_TRANSACTION_TIMEOUT_MS = 5000

const TIMESTAMP_OID = 1114

/** PostgreSQL's `2026-11-22 10:20:30.123456`, in a session whose zone is UTC, as ISO 8601. */
const toIsoTime = (timestamp: string): string => `${timestamp.replace(' ', 'T')}Z`

/**
 * Connects to PostgreSQL, lazily: the database may come up later, and go away and come back.
 *
 * @param options.poolSize connections at the most; further queries wait for one.
 * Queries raise a 503 `ProblemError` while the database cannot be reached or does not answer in time.
 */
export function connectDatabase({
  url,
  poolSize,
  log,
}: {
  url: string
  poolSize: number
  log: Logger
}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    // NOW() gives the columns without a zone, so the session's has to be known.
    options: `-c timezone=UTC -c statement_timeout=${STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=${IDLE_TRANSACTION_TIMEOUT_MS}`,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === TIMESTAMP_OID
          ? toIsoTime
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  // An idle connection that breaks raises this; without a listener it would end the process.
  pool.on('error', (err) => log.warn({ err }, 'An idle connection to PostgreSQL was lost'))
  // One that breaks with its very first answer raises it before anybody who asked for it can listen.
  pool.on('connect', (client) => client.on('error', () => undefined))

  async function withClient<T>(work: (query: Query, isLost: () => boolean) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((cause: unknown) => {
      throw unavailable(cause)
    })
    let failure: Error | undefined
    // Between two statements nobody else listens, and an error that nobody hears would end the process.
    const onLost = (error: Error) => {
      failure ??= error
    }
    client.on('error', onLost)
    const query: Query = async (statement, values = []) => {
      try {
        return (await client.query({ ...statement, values })).rows
      } catch (error) {
        if (!isUnavailability(error)) throw error
        // What became of the statement is not known, and the connection is of no more use.
        failure ??= error as Error
        throw unavailable(error)
      }
    }
    try {
      return await work(query, () => failure !== undefined)
    } finally {
      client.release(failure)
      // One that was lost may say so once more.
      if (failure === undefined) client.off('error', onLost)
    }
  }

  return {
    query: (statement, values) => withClient((query) => query(statement, values)),
    session: (work) => withClient(work),
    transaction: (work) =>
      withClient(async (query, isLost) => {
        await query(BEGIN)
        try {
          const result = await work(query)
          await query(COMMIT)
          return result
        } catch (error) {
          // A transaction ends with its connection.
          if (!isLost()) await query(ROLLBACK)
          throw error
        }
      }),
    ping: async () => {
      await withClient((query) => query(PING))
    },
    close: () => pool.end(),
  }
}

const BEGIN = { name: 'begin', text: 'BEGIN' }
const COMMIT = { name: 'commit', text: 'COMMIT' }
const ROLLBACK = { name: 'rollback', text: 'ROLLBACK' }
const PING = { name: 'ping', text: 'SELECT 1' }

const unavailable = (cause: unknown): ProblemError =>
  new ProblemError('unavailable', 'The database cannot be reached at the moment; try again shortly.', {
    headers: { 'retry-after': '1' },
    cause,
  })

// Classes of SQLSTATE (PostgreSQL, appendix A): connection exception, insufficient resources, operator intervention.
const UNAVAILABILITY_CLASSES = ['08', '53', '57']

/** Whether an error says that the database is not there (any more), as opposed to what it thinks of a statement. */
function isUnavailability(error: unknown): boolean {
  // The driver's own errors (connection terminated, query read timeout) and the socket's are no DatabaseErrors.
  if (!(error instanceof pg.DatabaseError)) return !(error instanceof TypeError)
  return UNAVAILABILITY_CLASSES.includes(error.code?.slice(0, 2) ?? '')
}

/** Any number will do, as long as all replicas take the same. */
const SCHEMA_LOCK = 5_077_081

const WAIT_MIN_MS = 50
/** An attempt costs next to nothing, and everybody waits for a service that comes up. */
const WAIT_MAX_MS = 250

/**
 * Creates the tables, once the database is there: it waits as long as that takes, or until `signal` aborts. Several
 * replicas may do so at once: an advisory lock lets one go first.
 *
 * @throws what PostgreSQL says of the statements themselves, and the signal's reason.
 */
export async function createTables(
  database: Database,
  ddl: string[],
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  let told: string | undefined
  for (let waitMs = WAIT_MIN_MS; ; waitMs = Math.min(waitMs * 2, WAIT_MAX_MS)) {
    try {
      await database.transaction(async (query) => {
        await query({ name: '', text: 'SELECT pg_advisory_xact_lock($1)' }, [SCHEMA_LOCK])
        for (const text of ddl) await query({ name: '', text })
      })
      return
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const why = String(error.cause)
      // Once for each reason: the next attempts come quickly.
      if (why !== told) log.info({ err: error.cause }, 'Waiting for the database')
      told = why
      await delay(waitMs, undefined, { signal })
    }
  }
}

/**
 * The statement that creates an index unless it is there. `CREATE INDEX IF NOT EXISTS` locks the table against writers
 * before it looks, so that a replica that starts and the transactions of the others can end up waiting for each other.
 *
 * @param name as SQL, with its quotes if it needs them.
 */
export const indexDdl = (name: string, on: string): string => `
  DO $$ BEGIN
    IF to_regclass('${name}') IS NULL THEN CREATE INDEX ${name} ON ${on}; END IF;
  END $$`

/** Whether a statement failed because a unique value is taken. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505'
