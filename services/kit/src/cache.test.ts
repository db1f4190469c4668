import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Cache, createCache } from './cache.ts'
import { connectCacheStore } from './cache-store.ts'
import { connectDatabase, createTables } from './database.ts'
import { createInvalidationJournal, type InvalidationJournal, JOURNAL_DDL } from './invalidation-journal.ts'
import { createMetrics } from './metrics.ts'
import { createTestDatabase, silentLog, startTestRedis, type TestRedis, until } from './test-stores.ts'

/** A journal in a real database, which several caches may share as replicas do. */
async function openJournal(): Promise<InvalidationJournal> {
  const database = connectDatabase({ url: await createTestDatabase(), poolSize: 4, log: silentLog })
  onTestFinished(() => database.close())
  await createTables(database, [JOURNAL_DDL], { log: silentLog, signal: new AbortController().signal })
  return createInvalidationJournal(database)
}

/** A replica's cache, in use as soon as this resolves unless told otherwise. */
async function openCache(
  redis: TestRedis,
  journal: InvalidationJournal,
  { isAwaited = true }: { isAwaited?: boolean } = {},
): Promise<Cache> {
  const cache = createCache({
    store: connectCacheStore({ url: redis.url, log: silentLog }),
    journal,
    name: 'thing',
    ttlSeconds: 300,
    log: silentLog,
    metrics: createMetrics('test'),
  })
  onTestFinished(() => cache.close())
  if (isAwaited) await until(() => isInUse(cache))
  return cache
}

const isInUse = async (cache: Cache) =>
  (await cache.read(999_999, async () => undefined)).outcome !== 'BYPASS'

/** A load that ends when it is told to. */
function heldLoad(value: object): {
  load: () => Promise<object>
  begun: Promise<unknown>
  release: () => void
} {
  const events = new EventEmitter()
  const begun = once(events, 'begun')
  const released = once(events, 'released')
  return {
    load: async () => {
      events.emit('begun')
      await released
      return value
    },
    begun,
    release: () => events.emit('released'),
  }
}

const old = { id: 1, name: 'old' }
const fresh = { id: 1, name: 'fresh' }

describe('a read', () => {
  test('is a miss that fills, then a hit', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())

    expect(await cache.read(1, async () => old)).toEqual({
      key: 'thing:1',
      json: JSON.stringify(old),
      outcome: 'MISS',
    })
    expect(await redis.client.get('thing:1')).toBe(JSON.stringify(old))
    expect(await redis.client.ttl('thing:1')).toBeGreaterThan(298)
    const second = await cache.read(1, () => Promise.reject(new Error('the database is not asked')))
    expect(second).toEqual({ key: 'thing:1', json: JSON.stringify(old), outcome: 'HIT' })
  })

  test('leaves no trace of what does not exist', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())

    expect(await cache.read(1, async () => undefined)).toEqual({
      key: 'thing:1',
      json: undefined,
      outcome: 'MISS',
    })
    expect(await redis.client.keys('*')).toEqual([])
    expect(await cache.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'MISS',
    })
  })

  test('shows nobody its lease', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    const held = heldLoad(old)
    const reading = cache.read(1, held.load)
    await held.begun
    expect(await redis.client.keys('*')).toEqual([])
    held.release()
    await reading
    expect(await redis.client.keys('*')).toEqual(['thing:1'])
  })

  test('of many at once costs one load', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    let loads = 0
    const held = heldLoad(old)
    const reads = Array.from({ length: 200 }, () =>
      cache.read(1, () => {
        loads += 1
        return held.load()
      }),
    )
    await held.begun
    held.release()
    const outcomes = await Promise.all(reads)
    // For whom Redis is too slow, as on a busy machine, goes past it.
    expect(loads).toBe(1 + outcomes.filter(({ outcome }) => outcome === 'BYPASS').length)
    expect(new Set(outcomes.map(({ json }) => json))).toEqual(new Set([JSON.stringify(old)]))
  })

  test('whose load fails says so, and the next one loads again', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    await expect(cache.read(1, () => Promise.reject(new Error('no database')))).rejects.toThrow('no database')
    expect(await cache.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'MISS',
    })
  })
})

describe('an invalidation', () => {
  test('keeps a slow reader, of whatever replica, from filling the cache with what it read before', async () => {
    const redis = await startTestRedis()
    const journal = await openJournal()
    const [reader, writer] = await Promise.all([openCache(redis, journal), openCache(redis, journal)])
    const slow = heldLoad(old)
    const reading = reader.read(1, slow.load)
    await slow.begun

    await writer.invalidate(1)
    slow.release()
    expect(await reading).toMatchObject({ json: JSON.stringify(old) })
    expect(await redis.client.get('thing:1')).toBeNull()
    expect(await reader.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'MISS',
    })
  })

  test('keeps later readers from sharing a load that began before it', async () => {
    const redis = await startTestRedis()
    const journal = await openJournal()
    const [reader, writer] = await Promise.all([openCache(redis, journal), openCache(redis, journal)])
    const slow = heldLoad(old)
    const reading = reader.read(1, slow.load)
    await slow.begun

    await writer.invalidate(1)
    expect(await reader.read(1, async () => fresh)).toMatchObject({ json: JSON.stringify(fresh) })
    slow.release()
    await reading
    expect(await redis.client.get('thing:1')).toBe(JSON.stringify(fresh))
  })
})

describe('without Redis', () => {
  test('reads go to the database, fast, and the cache comes back by itself', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    await cache.read(1, async () => old)
    await redis.kill()

    for (let i = 0; i < 20; i++) {
      const startedAt = performance.now()
      expect(await cache.read(1, async () => fresh)).toMatchObject({
        json: JSON.stringify(fresh),
        outcome: 'BYPASS',
      })
      expect(performance.now() - startedAt).toBeLessThan(100)
    }
    await redis.start()
    await until(() => isInUse(cache))
    expect(await cache.read(1, async () => fresh)).toMatchObject({ outcome: 'MISS' })
    expect(await cache.read(1, async () => fresh)).toMatchObject({ outcome: 'HIT' })
  })

  test('that hangs, reads cost less than 100 ms more', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    await cache.read(1, async () => old)
    redis.signal('SIGSTOP')
    const startedAt = performance.now()
    expect(await cache.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'BYPASS',
    })
    expect(performance.now() - startedAt).toBeLessThan(100)
    redis.signal('SIGCONT')
    await until(() => isInUse(cache))
  })

  test('an invalidation is delivered before the cache is trusted again', async () => {
    const redis = await startTestRedis()
    const cache = await openCache(redis, await openJournal())
    await cache.read(1, async () => old)
    redis.signal('SIGSTOP')
    await cache.invalidate(1)
    redis.signal('SIGCONT')

    let outcome = 'BYPASS'
    while (outcome === 'BYPASS') {
      const read = await cache.read(1, async () => fresh)
      expect(read.json).toBe(JSON.stringify(fresh))
      outcome = read.outcome
      await setImmediate() // a bypass that asks no real database never leaves the event loop
    }
    expect(outcome).toBe('MISS')
  })

  test('an invalidation survives the process that could not deliver it', async () => {
    const redis = await startTestRedis()
    const journal = await openJournal()
    const doomed = await openCache(redis, journal)
    await doomed.read(1, async () => old)
    redis.signal('SIGSTOP')
    await doomed.invalidate(1)
    await doomed.close()
    redis.signal('SIGCONT')

    const successor = await openCache(redis, journal)
    expect(await successor.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'MISS',
    })
    expect(await journal.entries()).toEqual([])
  })

  test('at the start, reads do not wait for it', async () => {
    const redis = await startTestRedis()
    await redis.kill()
    const cache = await openCache(redis, await openJournal(), { isAwaited: false })
    expect(await cache.read(1, async () => old)).toMatchObject({ outcome: 'BYPASS' })
    await redis.start()
    await until(() => isInUse(cache))
  })
})

describe('with a Redis that is full', () => {
  test('what is cached is served and invalidated, and the rest comes from the database', async () => {
    const redis = await startTestRedis({ flags: ['--maxmemory-policy', 'noeviction'] })
    const cache = await openCache(redis, await openJournal())
    await cache.read(1, async () => old)
    await redis.client.config('SET', 'maxmemory', '1')

    expect(await cache.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(old),
      outcome: 'HIT',
    })
    expect(await cache.read(2, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'BYPASS',
    })
    await cache.invalidate(1)
    expect(await cache.read(1, async () => fresh)).toMatchObject({
      json: JSON.stringify(fresh),
      outcome: 'BYPASS',
    })
    await redis.client.config('SET', 'maxmemory', '0')
    expect(await cache.read(1, async () => fresh)).toMatchObject({ outcome: 'MISS' })
  })
})
