// What the tests of the services stand on: real databases of their own in the run's PostgreSQL, real Redis servers of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import pino from 'pino'
import { inject, onTestFinished } from 'vitest'
import { type App, createApp } from '../app.ts'
import type { Logger } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { openStores, type Stores } from '../stores.ts'

/** A logger that says nothing. */
export const silentLog = pino({ level: 'silent' })

/** A logger whose lines a test can read. */
export function recordLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  return { lines, log: pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) }) }
}

/** Takes what is to be done when a test is over; last come, first served. */
export type OnEnd = (cleanUp: () => Promise<void>) => void

/** Shares what `open` makes between the tests of a group: give the result to `beforeAll`. */
export const shared =
  (open: (onEnd: OnEnd) => Promise<void>): (() => Promise<() => Promise<void>>) =>
  async () => {
    const cleanUps: (() => Promise<void>)[] = []
    await open((cleanUp) => cleanUps.unshift(cleanUp))
    return async () => {
      for (const cleanUp of cleanUps) await cleanUp()
    }
  }

/** Creates an empty database, dropped when the test is over. Gives its URL. */
export async function createTestDatabase(onEnd: OnEnd = onTestFinished): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runAsAdmin(`CREATE DATABASE ${name} STRATEGY FILE_COPY`)
  onEnd(async () => {
    await runAsAdmin(`DROP DATABASE ${name} WITH (FORCE)`)
  })
  url.pathname = `/${name}`
  return url.href
}

/** Runs statements as the superuser of the run's cluster. */
export async function runAsAdmin(sql: string, url: string = inject('postgresUrl')): Promise<pg.QueryResult> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

/** A Redis server that a test may mistreat. */
export interface TestRedis {
  url: string
  port: number
  /** A client of its own, as a person with redis-cli would be. */
  client: Redis
  signal(signal: NodeJS.Signals): void
  kill(): Promise<void>
  start(): Promise<void>
}

/**
 * Starts a Redis server, ended when the test is over.
 *
 * @param options.flags for the server, besides those that keep it to itself.
 */
export async function startTestRedis({
  flags = [],
  onEnd = onTestFinished,
}: {
  flags?: string[]
  onEnd?: OnEnd
} = {}): Promise<TestRedis> {
  const { command, env } = inject('redisBinary')
  const port = await freePort()
  let server: ChildProcess | undefined
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined) // it reconnects, which is what the tests are about

  let isOver = false
  async function start(): Promise<void> {
    // Nobody would end it.
    if (isOver) throw new Error('The test is over')
    server = spawn(command, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...flags], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    await client.ping()
  }
  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }

  onEnd(async () => {
    isOver = true
    client.disconnect()
    await kill()
  })
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client,
    signal: (signal) => server?.kill(signal),
    kill,
    start,
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}

/** A machine with much to do is not to be taken for a slow Redis. */
const PATIENCE = 20

/** A service that listens on a port of its own, on real stores. */
export interface TestService {
  url: string
  databaseUrl: string
  redis: TestRedis
  /** Sends a request, with the body as JSON unless it is text or bytes already. */
  request(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; headers: Headers; body: unknown }>
}

/**
 * Starts a service in this process: the routes on real stores, ended when the test is over, and ready when this resolves.
 *
 * @param options.assemble makes the service's routes from its stores.
 */
export async function startTestService({
  name,
  ddl,
  assemble,
  databaseUrl,
  redis,
  onEnd = onTestFinished,
}: {
  name: string
  ddl: string[]
  assemble: (stores: Stores) => (app: App) => void
  /** For a second replica: the stores of the first. */
  databaseUrl?: string
  redis?: TestRedis
  onEnd?: OnEnd
}): Promise<TestService> {
  const itsRedis = redis ?? (await startTestRedis({ onEnd }))
  const itsDatabaseUrl = databaseUrl ?? (await createTestDatabase(onEnd))
  const metrics = createMetrics(name)
  const stores = openStores({
    config: {
      DATABASE_URL: itsDatabaseUrl,
      DATABASE_POOL_SIZE: 5,
      REDIS_URL: itsRedis.url,
      CACHE_TTL_SECONDS: 300,
    },
    name,
    ddl,
    log: silentLog,
    metrics,
    patience: PATIENCE,
  })
  const app = createApp({ log: silentLog, metrics, isReady: stores.isReady, routes: assemble(stores) })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onEnd(async () => {
    await app.close()
    await stores.close()
  })
  await stores.tables
  await until(
    async () => (await stores.cache.read(2_000_000_000, async () => undefined)).outcome !== 'BYPASS',
  )

  return {
    url,
    databaseUrl: itsDatabaseUrl,
    redis: itsRedis,
    request: async (method, path, { body, headers = {} } = {}) => {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined
      const answer = await fetch(url + path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: isRaw ? (body ?? null) : JSON.stringify(body),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    },
  }
}

/** Waits until `isTrue` is, and fails after ten seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Not within ten seconds: ${isTrue}`)
    await delay(5)
  }
}

/** A proxy in front of a server, which lets a test cut and stall the way to it. */
export interface TestProxy {
  port: number
  /** Ends all connections, and takes no others. */
  cut(): void
  /** Keeps what comes, in one direction or both, until `heal`. */
  stall(direction?: 'requests' | 'answers'): void
  /** Lets everything through again, beginning with what was kept. */
  heal(): void
}

/** Starts a proxy in front of a port of this machine, ended when the test is over. */
export async function startTestProxy(target: number, onEnd: OnEnd = onTestFinished): Promise<TestProxy> {
  const pairs = new Set<{ caller: Socket; server: Socket }>()
  let isCut = false
  let stalled: Set<'requests' | 'answers'> = new Set()
  const apply = ({ caller, server }: { caller: Socket; server: Socket }) => {
    if (stalled.has('requests')) caller.pause()
    else caller.resume()
    if (stalled.has('answers')) server.pause()
    else server.resume()
  }
  const proxy = createServer((caller) => {
    if (isCut) {
      caller.destroy()
      return
    }
    const server = connect(target, '127.0.0.1')
    const pair = { caller, server }
    pairs.add(pair)
    for (const [from, to] of [
      [caller, server],
      [server, caller],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
    apply(pair)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const cutAll = () => {
    for (const { caller } of pairs) caller.resetAndDestroy()
  }
  onEnd(async () => {
    cutAll()
    proxy.close()
  })
  return {
    port: (proxy.address() as AddressInfo).port,
    cut: () => {
      isCut = true
      cutAll()
    },
    stall: (direction) => {
      stalled = new Set(direction === undefined ? ['requests', 'answers'] : [direction])
      for (const pair of pairs) apply(pair)
    },
    heal: () => {
      isCut = false
      stalled = new Set()
      for (const pair of pairs) apply(pair)
    },
  }
}
