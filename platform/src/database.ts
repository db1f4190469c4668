import pg from 'pg'
import type { DatabaseAccess } from './platform.ts'

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/** A PostgreSQL database. */
export interface Database {
  /** Runs one statement on any connection. @throws what PostgreSQL says, or why it cannot be reached. */
  query(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** A connection of one's own, for locks that outlive a statement. Whoever opens it closes it. */
  connect(): Promise<DatabaseSession>
}

/** One connection to a database. */
export interface DatabaseSession extends Pick<Database, 'query'> {
  /** What it had not committed is undone. */
  close(): Promise<void>
}

/** A database that has to be closed, which closes all of its sessions. */
export interface OpenDatabase extends Database {
  close(): Promise<void>
}

/** Where a database is: its URL, or what a driver says of it. */
export type DatabaseAddress = string | Pick<DatabaseAccess, 'user' | 'database' | 'connection'>

export interface DatabaseOptions {
  /** How PostgreSQL's own list of sessions calls us. */
  readonly applicationName?: string
  /** Default: as long as a statement takes. */
  readonly statementTimeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 10_000
const CONNECTIONS = 3

// By their type numbers: what JSON has a kind of its own for. Everything else stays as PostgreSQL prints it; a
// timestamp without a zone, above all, must not be shifted into the zone of this machine.
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  ...{ 21: Number, 23: Number, 26: Number, 700: toNumber, 701: toNumber },
  20: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  ...{ 114: JSON.parse, 3802: JSON.parse },
}

/** Opens a database. Nothing is connected before it is asked. */
export function openDatabase(address: DatabaseAddress, options: DatabaseOptions = {}): OpenDatabase {
  const pool = new pg.Pool({ ...clientConfig(address, options), max: CONNECTIONS })
  // A connection that breaks while nobody uses it says so by an event; the next statement opens another.
  pool.on('error', () => undefined)
  const sessions = new Set<DatabaseSession>()
  return {
    query: async (statement, values) => (await pool.query(statement, values && [...values])).rows,
    connect: async () => {
      const session = await connectDatabase(address, options)
      sessions.add(session)
      return {
        query: session.query,
        close: () => {
          sessions.delete(session)
          return session.close()
        },
      }
    },
    close: async () => {
      await Promise.allSettled([...[...sessions].map((session) => session.close()), pool.end()])
    },
  }
}

/** Opens one connection to a database. */
export async function connectDatabase(
  address: DatabaseAddress,
  options: DatabaseOptions = {},
): Promise<DatabaseSession> {
  const client = createClient(address, options)
  await client.connect()
  return {
    query: async (statement, values) => (await client.query<Row>(statement, values && [...values])).rows,
    close: () => client.end(),
  }
}

/** A client of `pg` that is not yet connected. */
export function createClient(address: DatabaseAddress, options: DatabaseOptions = {}): pg.Client {
  const client = new pg.Client(clientConfig(address, options))
  // One whose connection breaks says so by an event, too; without a listener that would end the process.
  client.on('error', () => undefined)
  return client
}

function clientConfig(
  address: DatabaseAddress,
  { applicationName = 'msctl', statementTimeoutMs }: DatabaseOptions,
): pg.ClientConfig {
  const where =
    typeof address === 'string'
      ? { connectionString: address }
      : { user: address.user, database: address.database, ssl: false, ...address.connection }
  return {
    ...where,
    ...{ application_name: applicationName, connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
    ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
    types: { getTypeParser: (type: number) => PARSERS[type] ?? ((text: string) => text) },
  }
}

/** PostgreSQL's floats have two infinities and NaN, JSON has none of them. */
function toNumber(text: string): number | string {
  return Number.isFinite(Number(text)) ? Number(text) : text
}
