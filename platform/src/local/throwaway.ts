import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { startOnFreePort } from '../ports.ts'
import { endProcess, type ProcessIdentity } from '../process-identity.ts'
import { serverAccount } from './account.ts'
import type { Daemon } from './daemon.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { clusterLink, POSTGRES_USER, planCluster, removeCluster } from './postgres-cluster.ts'
import { startPostgresServer, stopPostgresServer } from './postgres-server.ts'
import { createReachableFolder } from './reachable-folder.ts'
import { type RedisBinary, redisBinary } from './redis-binary.ts'
import { startRedisServer } from './redis-server.ts'

/** A server for tests, on a port of its own. */
export interface Throwaway<Binary> {
  /** Where to connect, credentials included. */
  readonly url: string
  readonly port: number
  /** Its process; another one after `start`. */
  readonly pid: number
  readonly binary: Binary
  /** Kills it. What PostgreSQL has written stays. */
  kill(): Promise<void>
  /** Starts it again on the same port, after `kill`. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

export interface ThrowawayOptions {
  /** A folder for its data and its log; made if it is not there. */
  readonly dir: string
  /** Default: any free port. */
  readonly port?: number
}

/** A commit may be lost with the process, which makes tests faster. */
const CARELESS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/**
 * Starts a PostgreSQL whose data may be lost, with `url` leading to the database `postgres` as a superuser.
 *
 * @param options.settings as `name=value`, instead of those that give up safety for speed.
 */
export async function startPostgres(
  options: ThrowawayOptions & { readonly settings?: readonly string[] },
): Promise<Throwaway<PostgresBinaries>> {
  const { dir, settings = CARELESS } = options
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const reachable = createReachableFolder(dir)
  const account = await serverAccount(clusterLink(dir))
  const binaries = await postgresBinaries({
    account,
    copyTo: () => (account ? reachable.open() : Promise.resolve(dir)),
  })
  const cluster = await (await planCluster({ dir, binaries, account, reachable, durable: false })).open()
  const server = await startMortal(options.port, (port) =>
    startPostgresServer({
      ...{ binaries, cluster, account, port },
      logFile: path.join(dir, 'postgres.log'),
      settings: [...settings, 'max_connections=600'],
    }),
  )
  return Object.assign(server, {
    url: `postgres://${POSTGRES_USER}:${cluster.password}@127.0.0.1:${server.port}/postgres`,
    binary: binaries,
    async stop() {
      await stopPostgresServer(server.identity())
      await removeCluster(dir)
      await reachable.remove()
    },
  })
}

/** Starts a Redis. A server that is not on PATH is downloaded to `cacheDir`, once. */
export async function startRedis(
  options: ThrowawayOptions & { readonly cacheDir: string; readonly env: NodeJS.ProcessEnv },
): Promise<Throwaway<RedisBinary>> {
  const { dir, cacheDir, env } = options
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const reachable = createReachableFolder(dir)
  const account = await serverAccount()
  const binary = await redisBinary({ account, cacheDir, env, copyTo: () => reachable.open() })
  const server = await startMortal(options.port, (port) =>
    startRedisServer({ binary, account, port, logFile: path.join(dir, 'redis.log') }),
  )
  return Object.assign(server, {
    url: `redis://127.0.0.1:${server.port}`,
    binary,
    async stop() {
      await endProcess(server.identity())
      await reachable.remove()
    },
  })
}

/** Starts a server that can be killed, and started again on its port. */
async function startMortal(
  given: number | undefined,
  start: (port: number) => Promise<Daemon>,
): Promise<Pick<Throwaway<unknown>, 'port' | 'pid' | 'kill' | 'start'> & { identity(): ProcessIdentity }> {
  let [daemon, port] = await startOnFreePort(given, start)
  daemon.release()
  return {
    port,
    get pid() {
      return daemon.identity.pid
    },
    identity: () => daemon.identity,
    kill: async () => {
      await endProcess(daemon.identity, { signal: 'SIGKILL' })
    },
    start: async () => {
      daemon = await start(port)
      daemon.release()
    },
  }
}
