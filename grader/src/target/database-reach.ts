import type { ServiceName } from '@msctl/sdk/contract'
import pg from 'pg'
import { type DatabaseReach, GradingError } from '../run/grader.ts'

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 20_000
const CONNECTIONS = 3
/** By their type numbers: what a number or a truth value is. Everything else stays as PostgreSQL prints it, above all times without a zone. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  ...{ 20: Number, 21: Number, 23: Number, 26: Number, 700: Number, 701: Number },
}

/** Where a database is: its URL, or what `pg` needs to reach it otherwise. */
export type DatabaseAccess = string | pg.ClientConfig

export interface OpenDatabase extends DatabaseReach {
  close(): Promise<void>
}

/** Opens a way to the database of a service. Nothing is connected before it is asked. */
export function openDatabase(service: ServiceName, access: DatabaseAccess): OpenDatabase {
  const config: pg.ClientConfig = {
    ...(typeof access === 'string' ? { connectionString: access } : access),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'msctl-verify',
    types: { getTypeParser: (type: number) => PARSERS[type] ?? ((text: string) => text) },
  }
  const pool = new pg.Pool({ ...config, max: CONNECTIONS })
  // A connection that breaks while nobody uses it says so by an event; the next question opens another.
  pool.on('error', () => undefined)
  const own = new Set<pg.Client>()
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const { message } = error as Error
      throw new GradingError('database', `The database of ${service} could not be asked: ${message}`, {
        cause: error,
      })
    }
  }
  return {
    query: (statement, parameters) =>
      explained(async () => (await pool.query(statement, [...(parameters ?? [])])).rows),
    connect: () =>
      explained(async () => {
        const client = new pg.Client(config)
        client.on('error', () => undefined)
        await client.connect()
        own.add(client)
        return {
          query: (statement, parameters) =>
            explained(async () => (await client.query(statement, [...(parameters ?? [])])).rows),
          close: async () => {
            own.delete(client)
            await client.end()
          },
        }
      }),
    close: async () => {
      await Promise.allSettled([...[...own].map((client) => client.end()), pool.end()])
    },
  }
}
