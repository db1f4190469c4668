import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import pg from 'pg'
import { Failure } from '../failure.ts'
import { POSTGRES_USER } from './postgres-cluster.ts'

/** What a service's database is called, by the contract. */
export function databaseName(service: ServiceName): string {
  return `${service}_db`
}

/** Where a service's database is, credentials included. */
export function databaseUrl(service: ServiceName | 'postgres', port: number, password: string): string {
  const name = service === 'postgres' ? 'postgres' : databaseName(service)
  return `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${name}`
}

/**
 * Creates those of the three databases that do not exist.
 *
 * @throws Failure `postgres-init`, when the disk is full, say.
 */
export async function createDatabases(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl('postgres', port, password), ssl: false })
  client.on('error', () => undefined) // a server that goes away meanwhile fails the query, too
  try {
    await client.connect()
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database')
    const existing = new Set(rows.map((row) => row.datname))
    for (const name of SERVICES.map(databaseName)) {
      if (!existing.has(name)) await client.query(`CREATE DATABASE ${name}`)
    }
  } catch (error) {
    throw new Failure('postgres-init', { reason: (error as Error).message }, { cause: error })
  } finally {
    await client.end()
  }
}
