// What the tests of the services stand on: real databases of their own in the run's PostgreSQL, real Redis servers of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import pino from 'pino'
import { inject, onTestFinished } from 'vitest'

/** A logger that says nothing. */
export const silentLog = pino({ level: 'silent' })

/** Creates an empty database, dropped when the test is over. Gives its URL. */
export async function createTestDatabase(): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runAsAdmin(`CREATE DATABASE ${name}`)
  onTestFinished(async () => {
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

/** Starts a Redis server, ended when the test is over. */
export async function startTestRedis(...options: string[]): Promise<TestRedis> {
  const { command, env } = inject('redisBinary')
  const port = await freePort()
  let server: ChildProcess | undefined
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined) // it reconnects, which is what the tests are about

  async function start(): Promise<void> {
    server = spawn(command, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...options], {
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

  onTestFinished(async () => {
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

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}

/** Waits until `isTrue` is, and fails after ten seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Not within ten seconds: ${isTrue}`)
    await delay(5)
  }
}
