import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { endProcess } from '../process-identity.ts'
import { waitUntil } from '../wait-until.ts'
import type { Account } from './account.ts'
import { type Launched, launch } from './launch.ts'
import { logLength, logTail } from './log-tail.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { type PostgresCluster, postgresEnv } from './postgres-cluster.ts'

/** PostgreSQL writes this when the backends of a killed server have not yet let go of its memory. */
const STILL_HELD = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
const ADDRESS_IN_USE = /could not bind .*Address already in use/

export interface PostgresServerOptions {
  readonly binaries: PostgresBinaries
  readonly cluster: PostgresCluster
  readonly account: Account | undefined
  readonly port: number
  readonly logFile: string
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[]
  /** How long it may take until it accepts connections, in milliseconds. Default 30 000: recovery after a crash takes a while. */
  readonly deadlineMs?: number
  /** Told of each process as soon as it exists, before anything can go wrong with it. */
  readonly onSpawn?: (identity: ProcessIdentity) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Starts PostgreSQL on 127.0.0.1 alone (no unix socket: its path would be too long, or reachable by others) and
 * resolves when it accepts connections. Nothing is left running when it rejects.
 *
 * @throws Failure `port-taken`, `part-failed`, `part-not-ready`.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<Launched> {
  const { cluster, logFile, deadlineMs = 30_000, signal } = options
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const from = await logLength(logFile)
    const launched = await launchPostgres(options)
    const outcome = await waitUntil(
      async () =>
        launched.ended() !== undefined
          ? 'ended'
          : (await acceptsConnections(cluster, launched.identity.pid))
            ? 'ready'
            : undefined,
      { deadlineMs: deadline - performance.now(), signal },
    ).catch(async (error: unknown) => {
      await stopPostgresServer(launched.identity)
      throw error
    })
    if (outcome === 'ready') return launched

    const log = await logTail(logFile, from)
    if (outcome === undefined) {
      await stopPostgresServer(launched.identity)
      throw new Failure('part-not-ready', { part: 'db', seconds: deadlineMs / 1000, log, logFile })
    }
    const text = log.join('\n')
    if (ADDRESS_IN_USE.test(text)) throw new Failure('port-taken', { part: 'db', port: options.port })
    if (!STILL_HELD.test(text) || performance.now() >= deadline) {
      throw new Failure('part-failed', { part: 'db', reason: launched.ended() ?? '', log, logFile })
    }
    await waitUntil(() => undefined, { deadlineMs: 100, everyMs: 100, signal })
  }
}

/**
 * Stops PostgreSQL the fast way: its clients are disconnected and everything is written.
 *
 * @returns `false` when it could not be ended.
 */
export async function stopPostgresServer(identity: ProcessIdentity, deadlineMs?: number): Promise<boolean> {
  return endProcess(identity, { signal: 'SIGINT', ...(deadlineMs !== undefined && { deadlineMs }) })
}

async function launchPostgres(options: PostgresServerOptions): Promise<Launched> {
  const { binaries, cluster, account, port, logFile, settings = [], onSpawn } = options
  const all = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    // The log is read back by `msctl logs`, which needs to know when each line was written.
    'logging_collector=off',
    'log_destination=stderr',
    'log_line_prefix=%m [%p] ',
    'log_timezone=UTC',
    'lc_messages=C',
    ...settings,
  ]
  const args = ['-D', cluster.folder, ...all.flatMap((setting) => ['-c', setting])]
  return launch({ command: binaries.postgres, args, env: postgresEnv(), logFile, account, onSpawn })
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
