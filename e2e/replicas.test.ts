// The services as processes that are cut off and killed: what was acknowledged is there, and nothing else is served.
// COHERENCE_KILLS=100 npx vitest run e2e/replicas.test.ts
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { build } from 'esbuild'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  createTestDatabase,
  freePort,
  runAsAdmin,
  startTestProxy,
  startTestRedis,
  until,
} from '../services/kit/src/testing/stores.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const KILLS = Number(process.env.COHERENCE_KILLS ?? 2)
/** After a kill nobody is served from the cache what is older, from then on (contract). */
const SETTLED_MS = 1000

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-replicas-'))
  await build({
    entryPoints: SERVICES.map((service) => ({
      in: path.join(ROOT, 'services', service, 'src/main.ts'),
      out: service,
    })),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@msctl/source'],
    external: ['pg-native'],
    logLevel: 'error',
  })
  return () => rm(folder, { recursive: true })
})

interface Answer {
  status: number
  cache: string | null
  body: unknown
}

/** A service that runs as a process of its own. */
interface Replica {
  request(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>
  kill(): Promise<void>
}

async function startReplica(service: ServiceName, databaseUrl: string, redisPort: number): Promise<Replica> {
  const port = await freePort()
  const child: ChildProcess = spawn(process.execPath, [path.join(folder, `${service}.cjs`)], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      PORT: String(port),
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const request: Replica['request'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      cache: response.headers.get('x-cache'),
      body: await response.json(),
    }
  }
  await until(async () => {
    const ready = await request('GET', '/ready').catch(() => undefined)
    return ready?.status === 200
  })
  return { request, kill }
}

/** Of each service an object, and the field in which its versions are counted. */
const OBJECTS: Record<ServiceName, { create: object; field: string; toValue: (version: number) => unknown }> =
  {
    users: {
      create: { email: 'ann@example.com', name: 'v0' },
      field: 'name',
      toValue: (version) => `v${version}`,
    },
    orders: { create: { userId: 1, product: 'v0' }, field: 'product', toValue: (version) => `v${version}` },
    payments: {
      create: { order_id: 1, amount: 1_000_000 },
      field: 'amount',
      toValue: (version) => 1_000_000 + version,
    },
  }

describe.each(SERVICES)('%s', (service) => {
  const { create, field, toValue } = OBJECTS[service]
  const toVersion = (value: unknown) => Number(String(value).replace('v', '')) % 1_000_000
  const versionIn = ({ status, body }: Answer): number => {
    expect(status).toBe(200)
    return toVersion((body as Record<string, unknown>)[field])
  }
  const write = (replica: Replica, id: number, version: number) =>
    replica.request('PUT', `/${service}/${id}`, { [field]: toValue(version) })
  const read = (replica: Replica, id: number) => replica.request('GET', `/${service}/${id}`)
  const createOne = async (replica: Replica) =>
    ((await replica.request('POST', `/${service}`, create)).body as { id: number }).id

  test('of two replicas, of which one loses Redis, the other serves nothing that it has replaced', async () => {
    const [redis, databaseUrl] = await Promise.all([startTestRedis(), createTestDatabase()])
    const toRedis = await startTestProxy(redis.port)
    const [writer, reader] = await Promise.all([
      startReplica(service, databaseUrl, toRedis.port),
      startReplica(service, databaseUrl, redis.port),
    ])
    const id = await createOne(writer)
    await until(async () => (await read(reader, id)).cache === 'HIT')

    toRedis.cut()
    expect(versionIn(await write(writer, id, 1))).toBe(1)
    const stopAt = performance.now() + 3000
    while (performance.now() < stopAt) {
      expect(versionIn(await read(reader, id))).toBe(1)
      await delay(20)
    }
    toRedis.heal()
    await until(async () => {
      const answer = await read(reader, id)
      expect(versionIn(answer)).toBe(1)
      return answer.cache === 'HIT'
    })
  })

  test(
    `killed ${KILLS} times under writes, it loses none that was acknowledged, and serves none that was replaced`,
    async () => {
      const [redis, databaseUrl] = await Promise.all([startTestRedis(), createTestDatabase()])
      let replica = await startReplica(service, databaseUrl, redis.port)
      const id = await createOne(replica)
      let version = 0
      for (let kill = 0; kill < KILLS; kill++) {
        let acknowledged = version
        let isOver = false
        const writing = (async () => {
          while (!isOver) {
            version += 1
            const answer = await write(replica, id, version).catch(() => undefined)
            if (answer?.status === 200) acknowledged = version
            await delay(Math.random() * 3)
          }
        })()
        const readings = [1, 2].map(async () => {
          while (!isOver) await read(replica, id).catch(() => undefined)
        })
        await delay(100 + Math.random() * 150)
        await replica.kill()
        isOver = true
        await Promise.all([writing, ...readings])

        replica = await startReplica(service, databaseUrl, redis.port)
        await delay(SETTLED_MS)
        const [row] = (await runAsAdmin(`SELECT ${field} FROM ${service} WHERE id = ${id}`, databaseUrl)).rows
        const stored = toVersion(row[field])
        expect(stored).toBeGreaterThanOrEqual(acknowledged)
        expect(versionIn(await read(replica, id))).toBe(stored)
        version += 1
        expect((await write(replica, id, version)).status).toBe(200)
      }
    },
    KILLS * 10_000,
  )

  test(
    'an idempotency key creates one object, through whatever replica, and also when the service dies in between',
    async () => {
      const [redis, databaseUrl] = await Promise.all([startTestRedis(), createTestDatabase()])
      const start = () => startReplica(service, databaseUrl, redis.port)
      const replicas = await Promise.all([start(), start()])
      const rows = async () =>
        Number((await runAsAdmin(`SELECT count(*) FROM ${service}`, databaseUrl)).rows[0].count)
      const post = ({ request }: Replica, key: string) =>
        request(
          'POST',
          `/${service}`,
          { ...create, ...(service === 'users' && { email: `${key}@example.com` }) },
          {
            'idempotency-key': key,
          },
        )

      const raced = await Promise.all(
        Array.from({ length: 10 }, (_, n) => post(replicas[n % 2] as Replica, 'race')),
      )
      expect(new Set(raced.map(({ status }) => status))).toEqual(new Set([201]))
      expect(new Set(raced.map(({ body }) => (body as { id: number }).id)).size).toBe(1)
      expect(await rows()).toBe(1)

      for (let kill = 1; kill <= KILLS; kill++) {
        const [doomed, other] = replicas as [Replica, Replica]
        const posts = Array.from({ length: 20 }, (_, n) =>
          post(doomed, `${kill}-${n}`).catch(() => undefined),
        )
        await delay(Math.random() * 10)
        await doomed.kill()
        const first = await Promise.all(posts)
        const again = await Promise.all(Array.from({ length: 20 }, (_, n) => post(other, `${kill}-${n}`)))
        for (const [n, { status, body }] of again.entries()) {
          expect(status).toBe(201)
          if (first[n]?.status === 201) expect(body).toEqual(first[n].body)
        }
        expect(await rows()).toBe(1 + 20 * kill)
        replicas[0] = await start()
      }
    },
    KILLS * 10_000,
  )
})
