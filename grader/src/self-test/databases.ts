import { randomUUID } from 'node:crypto'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import pg from 'pg'

/** The three databases of one platform in a shared cluster. */
export interface Databases {
  readonly urls: Readonly<Record<ServiceName, string>>
  /** Ends every connection, and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
  drop(): Promise<void>
}

/** Creates them, empty. @param adminUrl any database of the cluster, as a superuser. */
export async function createDatabases(adminUrl: string): Promise<Databases> {
  const suffix = randomUUID().replaceAll('-', '')
  const names = SERVICES.map((service) => `${service}_${suffix}`)
  // Where nothing has to reach the disk, copying the files costs a third of writing all of them to the log.
  await Promise.all(names.map((name) => asAdmin(adminUrl, `CREATE DATABASE ${name} STRATEGY FILE_COPY`)))
  const urlOf = (service: ServiceName): string => {
    const url = new URL(adminUrl)
    url.pathname = `/${service}_${suffix}`
    return url.href
  }
  return {
    urls: { users: urlOf('users'), orders: urlOf('orders'), payments: urlOf('payments') },
    shut: () =>
      asAdmin(
        adminUrl,
        ...names.map((name) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`),
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE '%${suffix}'`,
      ),
    open: () => asAdmin(adminUrl, ...names.map((name) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)),
    drop: () => asAdmin(adminUrl, ...names.map((name) => `DROP DATABASE ${name} WITH (FORCE)`)),
  }
}

/** Databases that platforms use one after the other, as creating them costs more than all the rest of a platform. */
export interface DatabasePool {
  /** Empty databases; to drop them is to empty them and give them back. */
  take(): Promise<Databases>
  /** Drops those that were given back. */
  close(): Promise<void>
}

/** @param adminUrl any database of the cluster, as a superuser. */
export function createDatabasePool(adminUrl: string): DatabasePool {
  const free: Databases[] = []
  return {
    take: async () => {
      const databases = free.pop() ?? (await createDatabases(adminUrl))
      return {
        ...databases,
        drop: async () => {
          await databases.shut()
          await databases.open()
          const emptied = Object.values(databases.urls).map((url) =>
            asAdmin(url, 'DROP SCHEMA public CASCADE', 'CREATE SCHEMA public'),
          )
          await Promise.all(emptied)
          free.push(databases)
        },
      }
    },
    close: async () => {
      await Promise.all(free.splice(0).map((databases) => databases.drop()))
    },
  }
}

async function asAdmin(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
