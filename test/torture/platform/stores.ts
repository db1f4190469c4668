// A real Redis and a real PostgreSQL that a torture may kill, pause and start again on the same port.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Redis as RedisClient } from 'ioredis'
import pg from 'pg'
import { type Account, serverAccount } from '../../../platform/src/local/account.ts'
import { endProcess } from '../../../platform/src/local/end-process.ts'
import type { Launched } from '../../../platform/src/local/launch.ts'
import { postgresBinaries } from '../../../platform/src/local/postgres-binaries.ts'
import {
  clusterLink,
  POSTGRES_USER,
  planCluster,
  removeCluster,
} from '../../../platform/src/local/postgres-cluster.ts'
import { startPostgresServer, stopPostgresServer } from '../../../platform/src/local/postgres-server.ts'
import { type RedisBinary, redisBinary } from '../../../platform/src/local/redis-binary.ts'
import { startRedisServer } from '../../../platform/src/local/redis-server.ts'
import { createShelter } from '../../../platform/src/local/shelter.ts'
import type { OnEnd } from '../torture.ts'
import { lastingPort } from './ports.ts'

/** A server that can be mistreated. */
export interface Server {
  port: number
  pid(): number
  isRunning(): boolean
  kill(): Promise<void>
  start(): Promise<void>
  pause(): void
  resume(): void
}

/** A Redis that loses everything with its process, as the platform's does. */
export interface Redis extends Server {
  url: string
  /** Sends one command, by a connection of its own, past every proxy. @throws what Redis answers, or that it does not. */
  command(...words: string[]): Promise<unknown>
}

/** A PostgreSQL that keeps what it has committed, whatever becomes of its process. */
export interface Postgres extends Server {
  /** Where to connect to a database, as a superuser. */
  urlOf(database: string): string
  query<Row extends pg.QueryResultRow>(database: string, sql: string, values?: unknown[]): Promise<Row[]>
}

const COMMAND_TIMEOUT_MS = 3000

function mistreat(launch: () => Promise<Launched>): Omit<Server, 'port'> & { launched(): Launched } {
  let launched: Launched | undefined
  const running = (): Launched => {
    if (launched === undefined) throw new Error('The server is not running')
    return launched
  }
  return {
    launched: running,
    pid: () => running().identity.pid,
    isRunning: () => launched !== undefined,
    start: async () => {
      launched ??= await launch()
    },
    kill: async () => {
      if (launched === undefined) return
      const { identity } = launched
      launched = undefined
      await endProcess(identity, { signal: 'SIGKILL' })
    },
    pause: () => void process.kill(running().identity.pid, 'SIGSTOP'),
    resume: () => void process.kill(running().identity.pid, 'SIGCONT'),
  }
}

/** Starts a Redis, ended when the torture is over. */
export async function startRedis({
  dir,
  onEnd,
  binary,
}: {
  dir: string
  onEnd: OnEnd
  /** Default: the one on PATH, or a downloaded one. */
  binary?: RedisBinary
}): Promise<Redis> {
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const account = await serverAccount()
  const itsBinary = binary ?? (await findRedis(dir, account, onEnd))
  const port = await lastingPort()
  const { launched: _, ...server } = mistreat(() =>
    startRedisServer({ binary: itsBinary, account, port, logFile: path.join(dir, 'redis.log') }),
  )
  onEnd(server.kill)
  await server.start()
  return {
    ...server,
    port,
    url: `redis://127.0.0.1:${port}`,
    command: async (...words) => {
      const client = new RedisClient({
        ...{ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null },
        ...{
          connectTimeout: COMMAND_TIMEOUT_MS,
          commandTimeout: COMMAND_TIMEOUT_MS,
          maxRetriesPerRequest: 0,
        },
      })
      client.on('error', () => undefined) // the command itself says what is wrong
      try {
        await client.connect()
        return await client.call(...(words as [string, ...string[]]))
      } finally {
        client.disconnect()
      }
    },
  }
}

async function findRedis(dir: string, account: Account | undefined, onEnd: OnEnd): Promise<RedisBinary> {
  const shelter = createShelter(dir)
  onEnd(shelter.remove)
  return redisBinary({
    account,
    cacheDir: path.resolve('.msctl/cache'),
    env: process.env,
    searchPath: process.env.PATH ?? '',
    copyTo: () => shelter.open(),
  })
}

/** Starts a PostgreSQL with the databases that are named, ended and removed when the torture is over. */
export async function startPostgres({
  dir,
  databases,
  onEnd,
}: {
  dir: string
  databases: readonly string[]
  onEnd: OnEnd
}): Promise<Postgres> {
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const shelter = createShelter(dir)
  const account = await serverAccount(clusterLink(dir))
  const binaries = await postgresBinaries({
    account,
    copyTo: () => (account ? shelter.open() : Promise.resolve(dir)),
  })
  const cluster = await (await planCluster({ dir, binaries, account, shelter, durable: false })).open()
  const port = await lastingPort()
  const server = mistreat(() =>
    startPostgresServer({
      ...{ binaries, cluster, account, port, logFile: path.join(dir, 'postgres.log') },
      // A commit outlives the process as it is; only a crash of the machine, which nobody stages here, would need fsync.
      settings: ['fsync=off', 'max_connections=400', 'wal_level=minimal', 'max_wal_senders=0'],
    }),
  )
  onEnd(async () => {
    if (server.isRunning()) {
      server.resume()
      await stopPostgresServer(server.launched().identity)
    }
    await removeCluster(dir)
    await shelter.remove()
  })
  await server.start()

  const urlOf = (database: string) =>
    `postgres://${POSTGRES_USER}:${cluster.password}@127.0.0.1:${port}/${database}`
  const query = async <Row extends pg.QueryResultRow>(
    database: string,
    sql: string,
    values: unknown[] = [],
  ) => {
    const client = new pg.Client(urlOf(database))
    await client.connect()
    try {
      return (await client.query<Row>(sql, values)).rows
    } finally {
      await client.end()
    }
  }
  for (const database of databases) await query('postgres', `CREATE DATABASE ${database}`)
  return { ...server, port, urlOf, query }
}
