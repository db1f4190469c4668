// The contract's promise on reads and writes that race: once a PUT has been answered, no later GET, through any replica,
// returns the older value. Real services, real Redis, real PostgreSQL, real timing.
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createCache } from '../services/kit/src/cache.ts'
import { type CacheStore, connectCacheStore } from '../services/kit/src/cache-store.ts'
import { connectDatabase } from '../services/kit/src/database.ts'
import { createInvalidationJournal } from '../services/kit/src/invalidation-journal.ts'
import { createMetrics } from '../services/kit/src/metrics.ts'
import {
  createTestDatabase,
  silentLog,
  startTestRedis,
  startTestService,
  type TestRedis,
  type TestService,
  until,
} from '../services/kit/src/testing/stores.ts'
import { createUserModel, USERS_DDL } from '../services/users/src/models.ts'
import { userRoutes } from '../services/users/src/routes.ts'
import { createUsers } from '../services/users/src/services.ts'

const IDS = [1, 2, 3]
const READERS = 24

interface StaleRead {
  id: number
  acknowledged: number
  seen: number
}

/** Two replicas of the users service on the same stores. */
async function startReplicas(
  withStore: (store: CacheStore, redis: TestRedis) => CacheStore,
): Promise<TestService[]> {
  const redis = await startTestRedis()
  const databaseUrl = await createTestDatabase()
  const startReplica = () =>
    startTestService({
      name: 'user',
      ddl: [USERS_DDL],
      redis,
      databaseUrl,
      assemble: ({ database, idempotency }) => {
        const cache = createCache({
          store: withStore(connectCacheStore({ url: redis.url, log: silentLog }), redis),
          journal: createInvalidationJournal({
            database,
            watch: connectDatabase({ url: databaseUrl, poolSize: 1, log: silentLog }),
          }),
          database,
          name: 'user',
          ttlSeconds: 300,
          log: silentLog,
          metrics: createMetrics('test'),
        })
        onTestFinished(() => cache.close())
        return userRoutes(createUsers({ models: createUserModel(database), idempotency, cache }))
      },
    })
  const replicas = [await startReplica(), await startReplica()]
  for (const id of IDS) {
    await replicas[0]?.request('POST', '/users', { body: { email: `u${id}@example.com`, name: '0' } })
    for (const replica of replicas) {
      await until(async () => (await replica.request('GET', `/users/${id}`)).headers.get('x-cache') === 'HIT')
    }
  }
  return replicas
}

/**
 * Lets many readers and a writer for each id loose on the replicas, until `isEnough`. Each write carries the next
 * version; a read is stale when it gives a version below the one that was acknowledged before it began.
 */
async function race(
  replicas: TestService[],
  isEnough: (found: { stale: StaleRead[]; writes: number }) => boolean,
): Promise<{ stale: StaleRead[]; writes: number; reads: number }> {
  const acknowledged = new Map(IDS.map((id) => [id, 0]))
  const stale: StaleRead[] = []
  let reads = 0
  let writes = 0
  const any = <T>(things: T[]): T => things[Math.floor(Math.random() * things.length)] as T
  const isOver = () => isEnough({ stale, writes })

  const write = async (id: number) => {
    for (let version = 1; !isOver(); version++) {
      const answer = await any(replicas).request('PUT', `/users/${id}`, { body: { name: String(version) } })
      expect(answer.status).toBe(200)
      acknowledged.set(id, version)
      writes += 1
      await delay(Math.random() * 5) // so that readers see what the write has left behind
    }
  }
  const read = async () => {
    while (!isOver()) {
      const id = any(IDS)
      const floor = acknowledged.get(id) ?? 0
      const { status, body } = await any(replicas).request('GET', `/users/${id}`)
      expect(status).toBe(200)
      const seen = Number((body as { name: string }).name)
      reads += 1
      if (seen < floor) stale.push({ id, acknowledged: floor, seen })
    }
  }
  await Promise.all([...IDS.map(write), ...Array.from({ length: READERS }, read)])
  return { stale, writes, reads }
}

test('no read is stale after an acknowledged write, whatever races', async () => {
  const replicas = await startReplicas((store) => store)
  const { stale, reads } = await race(replicas, ({ stale, writes }) => stale.length > 0 || writes >= 500)
  expect(stale).toEqual([])
  expect(reads).toBeGreaterThan(1000)
}, 60_000)

test('without the lease some reads are, so the test above can fail', async () => {
  const replicas = await startReplicas((store, redis) => ({
    ...store,
    // The textbook's cache-aside: whoever has read fills the cache, whatever has happened meanwhile.
    fill: async (key, _token, json, ttlSeconds) => {
      await redis.client.set(key, json, 'EX', ttlSeconds)
    },
  }))
  const { stale } = await race(replicas, ({ stale, writes }) => stale.length > 0 || writes >= 20_000)
  expect(stale.length).toBeGreaterThan(0)
}, 120_000)
