import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { startOnFreePort } from '../ports.ts'
import { endProcess } from '../process-identity.ts'
import { serverAccount } from './account.ts'
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
  readonly pid: number
  readonly binary: Binary
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

export interface ThrowawayOptions {
  /** A folder for its data and its log; made if it is not there. */
  readonly dir: string
  /** Default: any free port. */
  readonly port?: number
}

/** Starts a PostgreSQL whose data may be lost, with `url` leading to the database `postgres` as a superuser. */
export async function startPostgres(options: ThrowawayOptions): Promise<Throwaway<PostgresBinaries>> {
  const { dir } = options
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const reachable = createReachableFolder(dir)
  const account = await serverAccount(clusterLink(dir))
  const binaries = await postgresBinaries({
    account,
    copyTo: () => (account ? reachable.open() : Promise.resolve(dir)),
  })
  const cluster = await (await planCluster({ dir, binaries, account, reachable, durable: false })).open()
  const [launched, port] = await startOnFreePort(options.port, (port) =>
    startPostgresServer({
      ...{ binaries, cluster, account, port },
      logFile: path.join(dir, 'postgres.log'),
      settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=600'],
    }),
  )
  launched.release()
  return {
    url: `postgres://${POSTGRES_USER}:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    pid: launched.identity.pid,
    binary: binaries,
    async stop() {
      await stopPostgresServer(launched.identity)
      await removeCluster(dir)
      await reachable.remove()
    },
  }
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
  const [launched, port] = await startOnFreePort(options.port, (port) =>
    startRedisServer({ binary, account, port, logFile: path.join(dir, 'redis.log') }),
  )
  launched.release()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: launched.identity.pid,
    binary,
    async stop() {
      await endProcess(launched.identity)
      await reachable.remove()
    },
  }
}
