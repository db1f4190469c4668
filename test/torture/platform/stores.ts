// A real Redis and a real PostgreSQL that a torture may kill, pause and start again on the same port.
import path from 'node:path'
import { Redis as RedisClient } from 'ioredis'
import pg from 'pg'
import * as throwaway from '../../../platform/src/local/throwaway.ts'
import { reservePort } from '../../../platform/src/reserved-ports.ts'
import type { OnEnd } from '../torture.ts'

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
  /** Sends one command, by a connection of its own, past every link. @throws what Redis answers, or that it does not. */
  command(...words: string[]): Promise<unknown>
}

/** A PostgreSQL that keeps what it has committed, whatever becomes of its process. */
export interface Postgres extends Server {
  /** Where to connect to a database, as a superuser. */
  urlOf(database: string): string
  query<Row extends pg.QueryResultRow>(database: string, sql: string, values?: unknown[]): Promise<Row[]>
}

const COMMAND_TIMEOUT_MS = 3000

/** Starts a Redis, ended when the torture is over. */
export async function startRedis({ dir, onEnd }: { dir: string; onEnd: OnEnd }): Promise<Redis> {
  const server = mistreat(
    await throwaway.startRedis({
      ...{ dir, port: await reservePort(), cacheDir: path.resolve('.msctl/cache'), env: process.env },
    }),
    onEnd,
  )
  return {
    ...server,
    url: `redis://127.0.0.1:${server.port}`,
    command: async (...words) => {
      const client = new RedisClient({
        ...{ host: '127.0.0.1', port: server.port, lazyConnect: true, retryStrategy: () => null },
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

// A commit outlives the process as it is; only a crash of the machine, which nobody stages here, would need fsync.
const SETTINGS = ['fsync=off', 'wal_level=minimal', 'max_wal_senders=0']

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
  const started = await throwaway.startPostgres({ dir, port: await reservePort(), settings: SETTINGS })
  const server = mistreat(started, onEnd)
  const urlOf = (database: string) => {
    const url = new URL(started.url)
    url.pathname = `/${database}`
    return url.href
  }
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
  return { ...server, urlOf, query }
}

function mistreat(started: throwaway.Throwaway<unknown>, onEnd: OnEnd): Server {
  let isRunning = true
  let isOver = false
  const signal = (name: NodeJS.Signals) => {
    if (isRunning) process.kill(started.pid, name)
  }
  onEnd(async () => {
    isOver = true
    signal('SIGCONT')
    await started.stop()
  })
  return {
    port: started.port,
    pid: () => started.pid,
    isRunning: () => isRunning,
    kill: async () => {
      isRunning = false
      await started.kill()
    },
    start: async () => {
      if (!isRunning && !isOver) await started.start()
      isRunning = true
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  }
}
