import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import pg from 'pg'
import { Failure, isFailure } from '../failure.ts'
import { endProcess, type ProcessIdentity } from '../process-identity.ts'
import { waitUntil } from '../wait-until.ts'
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { POSTGRES_USER, type PostgresCluster, postgresEnv } from './postgres-cluster.ts'

/** To PostgreSQL, SIGTERM means to wait for its clients. */
export const POSTGRES_END_SIGNAL = 'SIGINT'
/** PostgreSQL writes this when the backends of a killed server have not yet let go of its memory. */
const STILL_HELD = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
/** Recovery after a crash takes a while. */
const READY_WITHIN_MS = 30_000
const TRY_AGAIN_AFTER_MS = 100

export interface PostgresServerOptions
  extends Pick<DaemonOptions, 'port' | 'logFile' | 'account' | 'onSpawn' | 'signal'> {
  readonly binaries: PostgresBinaries
  readonly cluster: PostgresCluster
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[]
}

/**
 * Starts PostgreSQL on 127.0.0.1 alone (no unix socket: its path would be too long, or reachable by others) and
 * resolves when it accepts connections. See {@link startDaemon}.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<Daemon> {
  const { binaries, cluster, settings = [], ...daemon } = options
  const all = [
    'listen_addresses=127.0.0.1',
    `port=${daemon.port}`,
    'unix_socket_directories=',
    // The log is read back by `msctl logs`, which needs to know when each line was written.
    'logging_collector=off',
    'log_destination=stderr',
    'log_line_prefix=%m [%p] ',
    'log_timezone=UTC',
    'lc_messages=C',
    ...settings,
  ]
  const deadline = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      return await startDaemon({
        ...daemon,
        part: 'db',
        command: binaries.postgres,
        args: ['-D', cluster.folder, ...all.flatMap((setting) => ['-c', setting])],
        env: postgresEnv(),
        isReady: (pid) => acceptsConnections(cluster, pid),
        deadlineMs: deadline - performance.now(),
        portTaken: /could not bind .*Address already in use/,
        endSignal: POSTGRES_END_SIGNAL,
      })
    } catch (error) {
      const isHeld = isFailure(error, 'part-failed') && STILL_HELD.test(error.facts.log.join('\n'))
      if (!isHeld || performance.now() >= deadline) throw error
      const wait = { deadlineMs: TRY_AGAIN_AFTER_MS, everyMs: TRY_AGAIN_AFTER_MS, signal: daemon.signal }
      await waitUntil(() => undefined, wait)
    }
  }
}

/**
 * Stops PostgreSQL the fast way: its clients are disconnected and everything is written.
 *
 * @returns `false` when it could not be ended.
 */
export async function stopPostgresServer(identity: ProcessIdentity): Promise<boolean> {
  return endProcess(identity, { signal: POSTGRES_END_SIGNAL })
}

/** Whether the server with this pid says in its pid file that it is ready; that is how `pg_ctl` knows it, too. */
export async function acceptsConnections(
  cluster: Pick<PostgresCluster, 'folder'>,
  pid: number,
): Promise<boolean> {
  const text = await readFile(path.join(cluster.folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

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
