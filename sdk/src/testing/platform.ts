import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { inject } from 'vitest'
import { SERVICES, type ServiceName } from '../contract/index.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

/** The real platform, for tests: its own processes, databases and Redis. */
export interface TestPlatform {
  /** Of the gateway. It stays the same when the gateway is restarted. */
  url: string
  /** Ends a part at once, as a crash would. */
  kill(part: ServiceName | 'gateway'): Promise<void>
  /** Starts a part that was killed, where it was before. */
  start(part: ServiceName | 'gateway'): Promise<void>
  /** Asks a service's database directly. */
  query<Row>(service: ServiceName, sql: string): Promise<Row[]>
  stop(): Promise<void>
}

/**
 * Starts gateway and services as they were built last.
 *
 * @param options.environment besides the parts' own, such as `BREAKER_RESET_SECONDS`.
 */
export async function startPlatform({
  environment = {},
}: {
  environment?: Record<string, string>
} = {}): Promise<TestPlatform> {
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-sdk-platform-'))
  const suffix = randomUUID().slice(0, 8)
  const running = new Map<string, ChildProcess>()
  const environments = new Map<string, Record<string, string>>()
  const databaseUrls = new Map<ServiceName, string>()

  const redisPort = await freePort()
  const redis = inject('redisBinary')
  const redisArguments = ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', dir]
  running.set('redis', spawn(redis.command, redisArguments, { env: redis.env, stdio: 'ignore' }))

  const admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  const createDatabase = async (service: ServiceName) => {
    const name = `sdk_${service}_${suffix}`
    await admin.query(`CREATE DATABASE ${name} STRATEGY FILE_COPY`)
    const url = new URL(inject('postgresUrl'))
    url.pathname = `/${name}`
    databaseUrls.set(service, url.href)
    return url.href
  }

  async function launch(part: string): Promise<number> {
    const folder = part === 'gateway' ? part : path.join('services', part)
    const child = spawn(process.execPath, [path.join(ROOT, folder, 'dist/main.cjs')], {
      env: { PATH: process.env.PATH ?? '', ...environments.get(part) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.set(part, child)
    const port = await portOf(part, child)
    environments.set(part, { ...environments.get(part), PORT: String(port) })
    return port
  }

  // CREATE DATABASE copies a template that only one may copy at a time.
  for (const service of SERVICES) {
    environments.set(service, {
      PORT: '0',
      DATABASE_URL: await createDatabase(service),
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      ...environment,
    })
  }
  const origins = await Promise.all(
    SERVICES.map(async (service) => [
      `${service.toUpperCase()}_URL`,
      `http://127.0.0.1:${await launch(service)}`,
    ]),
  )
  environments.set('gateway', { PORT: '0', ...Object.fromEntries(origins), ...environment })
  const url = `http://127.0.0.1:${await launch('gateway')}`

  async function end(part: string): Promise<void> {
    const child = running.get(part)
    if (child === undefined) return
    running.delete(part)
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  return {
    url,
    kill: end,
    async start(part) {
      await launch(part)
    },
    async query<Row>(service: ServiceName, sql: string) {
      const client = new pg.Client({ connectionString: databaseUrls.get(service) })
      await client.connect()
      try {
        return (await client.query(sql)).rows as Row[]
      } finally {
        await client.end()
      }
    },
    async stop() {
      await Promise.all([...running.keys()].map(end))
      for (const service of SERVICES) {
        await admin.query(`DROP DATABASE IF EXISTS sdk_${service}_${suffix} WITH (FORCE)`)
      }
      await admin.end()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Each part says in its log where it listens. */
async function portOf(part: string, child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error(`${part} has no output`)
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    const { address } = JSON.parse(line) as { address?: string }
    if (address !== undefined) {
      // What it logs from now on is of no interest, but must not fill the pipe.
      child.stdout.resume()
      return Number(new URL(address).port)
    }
  }
  throw new Error(`${part} ended before it listened:\n${lines.join('\n')}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
