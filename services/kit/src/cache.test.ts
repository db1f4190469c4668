import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Cache, createCache } from './cache.ts'
import { connectCacheStore } from './cache-store.ts'
import { connectDatabase, createTables, type Database, isUniqueViolation, type Query } from './database.ts'
import { createInvalidationJournal, JOURNAL_DDL } from './invalidation-journal.ts'
import { createMetrics } from './metrics.ts'
import { ProblemError } from './problems.ts'
import {
  createTestDatabase,
  runAsAdmin,
  silentLog,
  startTestProxy,
  startTestRedis,
  type TestProxy,
  type TestRedis,
  until,
} from './testing/stores.ts'

const TABLE = 'CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, name VARCHAR UNIQUE NOT NULL)'
const FIND = { name: 'find', text: 'SELECT id, name FROM things WHERE id = $1' }
const UPDATE = { name: 'update', text: 'UPDATE things SET name = $2 WHERE id = $1 RETURNING id, name' }

/** What replicas share: a Redis, and a database with two things. */
interface Stores {
  redis: TestRedis
  databaseUrl: string
}

/** A replica: its cache, and its ways to Redis and to the database, which may be cut. */
interface Replica {
  cache: Cache
  database: Database
  toRedis: TestProxy
  toDatabase: TestProxy
  /** The name of a thing, and what the cache had to do with it. */
  read(id?: number): Promise<[name: string | undefined, outcome: string]>
  rename(name: string, id?: number): Promise<unknown>
  stop(): Promise<void>
}

async function openStores({ flags }: { flags?: string[] } = {}): Promise<Stores> {
  const databaseUrl = await createTestDatabase()
  await runAsAdmin(`${TABLE}; INSERT INTO things VALUES (1, 'old'), (2, 'other')`, databaseUrl)
  return { databaseUrl, redis: await startTestRedis(flags && { flags }) }
}

/** So that a machine with much to do is not taken for a slow Redis. */
const PATIENCE = 20

/**
 * Starts a replica, which uses the cache as soon as this resolves unless told otherwise.
 *
 * @param options.patience 1 for tests of what is done when Redis is slow.
 */
async function startReplica(
  { redis, databaseUrl }: Stores,
  { isAwaited = true, patience = PATIENCE }: { isAwaited?: boolean; patience?: number } = {},
): Promise<Replica> {
  const toRedis = await startTestProxy(redis.port)
  const url = new URL(databaseUrl)
  const toDatabase = await startTestProxy(Number(url.port))
  url.port = String(toDatabase.port)
  const database = connectDatabase({ url: url.href, poolSize: 5, log: silentLog })
  const watch = connectDatabase({ url: url.href, poolSize: 1, log: silentLog })
  await createTables(database, [JOURNAL_DDL], { log: silentLog, signal: new AbortController().signal })
  const cache = createCache({
    store: connectCacheStore({ url: `redis://127.0.0.1:${toRedis.port}`, log: silentLog }),
    journal: createInvalidationJournal({ database, watch }),
    database,
    name: 'thing',
    ttlSeconds: 300,
    log: silentLog,
    metrics: createMetrics('test', { ofProcess: false }),
    patience,
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    toRedis.heal()
    toDatabase.heal()
    stopping ??= cache.close().then(database.close)
    return stopping
  }
  onTestFinished(stop)
  const replica: Replica = {
    cache,
    stop,
    database,
    toRedis,
    toDatabase,
    read: async (id = 1) => {
      const { json, outcome } = await cache.read(id, async () => (await database.query(FIND, [id]))[0])
      return [json && JSON.parse(json).name, outcome]
    },
    rename: (name, id = 1) => cache.change(id, (query) => query(UPDATE, [id, name])),
  }
  if (isAwaited) await until(() => isInUse(replica))
  return replica
}

const isInUse = async ({ cache }: Replica) =>
  (await cache.read(999_999, async () => undefined)).outcome !== 'BYPASS'

const cachedName = async ({ redis }: Stores) => {
  const json = await redis.client.get('thing:1')
  return json && JSON.parse(json).name
}

const undelivered = async ({ databaseUrl }: Stores) =>
  (await runAsAdmin('SELECT key FROM undelivered_invalidations', databaseUrl)).rows

/** Work that ends when it is told to, or with the test. */
function hold<T>(value: T): { work: () => Promise<T>; begun: Promise<unknown>; release: () => void } {
  const events = new EventEmitter()
  const begun = once(events, 'begun')
  const released = once(events, 'released')
  const release = () => void events.emit('released')
  onTestFinished(release)
  return {
    work: async () => {
      events.emit('begun')
      await released
      return value
    },
    begun,
    release,
  }
}

const old = { id: 1, name: 'old' }

/** How long work takes in milliseconds, without the time in which this process was kept from running by others. */
async function timedWhileRunning(work: () => Promise<unknown>): Promise<number> {
  const everyMs = 2
  let lateMs = 0
  let lastAt = performance.now()
  const ticking = setInterval(() => {
    const now = performance.now()
    lateMs += Math.max(0, now - lastAt - 2 * everyMs)
    lastAt = now
  }, everyMs)
  const tookMs = await timed(work)
  clearInterval(ticking)
  return tookMs - lateMs
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

describe('a read', () => {
  test('is a miss that fills, then a hit', async () => {
    const stores = await openStores()
    const { cache, read } = await startReplica(stores)
    expect(await cache.read(1, async () => old)).toEqual({
      key: 'thing:1',
      json: JSON.stringify(old),
      outcome: 'MISS',
    })
    expect(await stores.redis.client.get('thing:1')).toBe(JSON.stringify(old))
    expect(await stores.redis.client.ttl('thing:1')).toBeGreaterThan(298)
    expect(await read()).toEqual(['old', 'HIT'])
  })

  test('leaves no trace of what does not exist', async () => {
    const stores = await openStores()
    const { cache } = await startReplica(stores)
    expect(await cache.read(3, async () => undefined)).toMatchObject({ json: undefined, outcome: 'MISS' })
    expect(await stores.redis.client.keys('*')).toEqual([])
  })

  test('shows nobody its lease', async () => {
    const stores = await openStores()
    const { cache } = await startReplica(stores)
    const load = hold(old)
    const reading = cache.read(1, load.work)
    await load.begun
    expect(await stores.redis.client.keys('*')).toEqual([])
    load.release()
    await reading
    expect(await stores.redis.client.keys('*')).toEqual(['thing:1'])
  })

  test('of many at once costs one load', async () => {
    const { cache } = await startReplica(await openStores())
    let loads = 0
    const load = hold(old)
    const reads = Array.from({ length: 200 }, () =>
      cache.read(1, () => {
        loads += 1
        return load.work()
      }),
    )
    await load.begun
    // Redis answers in turn: when it has answered this one, it has answered all.
    await cache.read(2, async () => undefined)
    load.release()
    const outcomes = await Promise.all(reads)
    // For whom Redis is too slow, as on a busy machine, goes past it.
    expect(loads).toBe(1 + outcomes.filter(({ outcome }) => outcome === 'BYPASS').length)
    expect(new Set(outcomes.map(({ json }) => json))).toEqual(new Set([JSON.stringify(old)]))
  })

  test('whose load fails says so, and the next one loads again', async () => {
    const { cache, read } = await startReplica(await openStores())
    await expect(cache.read(1, () => Promise.reject(new Error('no database')))).rejects.toThrow('no database')
    expect(await read()).toEqual(['old', 'MISS'])
  })
})

describe('a change', () => {
  test('keeps a slow reader, of whatever replica, from filling the cache with what it read before', async () => {
    const stores = await openStores()
    const [reader, writer] = await Promise.all([startReplica(stores), startReplica(stores)])
    const load = hold(old)
    const reading = reader.cache.read(1, load.work)
    await load.begun
    await writer.rename('new')
    load.release()
    expect(await reading).toMatchObject({ json: JSON.stringify(old) })
    expect(await cachedName(stores)).toBeNull()
    expect(await reader.read()).toEqual(['new', 'MISS'])
  })

  test('keeps later readers from sharing a load that began before it', async () => {
    const stores = await openStores()
    const [reader, writer] = await Promise.all([startReplica(stores), startReplica(stores)])
    const load = hold(old)
    const reading = reader.cache.read(1, load.work)
    await load.begun
    await writer.rename('new')
    expect(await reader.read()).toEqual(['new', 'MISS'])
    load.release()
    await reading
    expect(await cachedName(stores)).toBe('new')
  })

  test('has its key out of the cache from before it commits until it has, and then in it again', async () => {
    const stores = await openStores()
    const [reader, writer] = await Promise.all([startReplica(stores), startReplica(stores)])
    await reader.read()
    const commit = hold(undefined)
    const changing = writer.cache.change(1, async (query) => {
      await commit.work()
      await query(UPDATE, [1, 'new'])
      expect([await reader.read(), await cachedName(stores)]).toEqual([['new', 'MISS'], null])
    })
    await commit.begun
    expect([await reader.read(), await cachedName(stores)]).toEqual([['old', 'MISS'], null])
    commit.release()
    await changing
    expect([await reader.read(), await reader.read()]).toEqual([
      ['new', 'MISS'],
      ['new', 'HIT'],
    ])
  })

  test('that is over leaves alone what another one, still under way, has announced', async () => {
    const stores = await openStores()
    const [first, second] = await Promise.all([startReplica(stores), startReplica(stores)])
    const commit = hold(undefined)
    const changing = first.cache.change(1, commit.work)
    await commit.begun
    await second.rename('new')
    expect([await second.read(), await second.read()]).toEqual([
      ['new', 'MISS'],
      ['new', 'MISS'],
    ])
    commit.release()
    await changing
    await second.read()
    expect(await second.read()).toEqual(['new', 'HIT'])
  })

  test('that fails lets its key be cached again', async () => {
    const { cache, read, rename } = await startReplica(await openStores())
    await expect(rename('other')).rejects.toSatisfy(isUniqueViolation)
    await expect(cache.change(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect([await read(), await read()]).toEqual([
      ['old', 'MISS'],
      ['old', 'HIT'],
    ])
  })

  test('of which nobody knows what became keeps its key out of the cache', async () => {
    const stores = await openStores()
    const { read, toDatabase, rename } = await startReplica(stores)
    const bystander = await startReplica(stores)
    toDatabase.stall('requests')
    await expect(rename('new')).rejects.toMatchObject({ problem: 'unavailable' })
    expect([await bystander.read(), await bystander.read()]).toEqual([
      ['old', 'MISS'],
      ['old', 'MISS'],
    ])
    toDatabase.heal()
    await until(async () => (await read())[1] === 'MISS')
    expect(await cachedName(stores)).toBeNull()
  })

  test('meanwhile, many readers share a load that began after they came', async () => {
    const { cache } = await startReplica(await openStores())
    const commit = hold(undefined)
    const changing = cache.change(1, commit.work)
    await commit.begun
    const first = hold({ name: 'first' })
    const reads = [cache.read(1, first.work)]
    await first.begun
    let loads = 0
    for (let i = 0; i < 20; i++) {
      reads.push(
        cache.read(1, async () => {
          loads += 1
          return { name: 'second' }
        }),
      )
    }
    // They have asked Redis by then.
    await cache.read(2, async () => undefined)
    first.release()
    const names = (await Promise.all(reads)).map(({ json }) => JSON.parse(json ?? '').name)
    expect(names).toEqual(['first', ...Array.from({ length: 20 }, () => 'second')])
    expect(loads).toBe(1)
    commit.release()
    await changing
  })
})

describe('without Redis', () => {
  test('reads go to the database, fast, and the cache comes back by itself', async () => {
    const { redis, ...rest } = await openStores()
    const replica = await startReplica({ redis, ...rest })
    await replica.read()
    await redis.kill()
    const tookMs: number[] = []
    for (let i = 0; i < 21; i++)
      tookMs.push(
        await timedWhileRunning(async () => expect(await replica.read()).toEqual(['old', 'BYPASS'])),
      )
    // Most of them: a busy machine holds one up, now and then, by itself.
    expect(tookMs.sort((a, b) => a - b)[10]).toBeLessThan(100)
    await redis.start()
    await until(() => isInUse(replica))
    await until(async () => (await replica.read())[1] === 'HIT')
  })

  test('that hangs, reads cost less than 100 ms more', async () => {
    const { redis, ...rest } = await openStores()
    const replica = await startReplica({ redis, ...rest }, { patience: 1 })
    await replica.read()
    const tookMs: number[] = []
    // Each time the first read that meets it; the quickest, for a busy machine holds one up by itself.
    for (let i = 0; i < 3; i++) {
      redis.signal('SIGSTOP')
      tookMs.push(
        await timedWhileRunning(async () => expect(await replica.read()).toEqual(['old', 'BYPASS'])),
      )
      redis.signal('SIGCONT')
      await until(() => isInUse(replica))
    }
    expect(Math.min(...tookMs)).toBeLessThan(100)
  })

  test('that stood still, what was written meanwhile is soon cached again', async () => {
    const { redis, ...rest } = await openStores()
    const replica = await startReplica({ redis, ...rest }, { patience: 1 })
    redis.signal('SIGSTOP')
    await replica.rename('new')
    redis.signal('SIGCONT')
    await until(() => isInUse(replica))
    await until(async () => (await replica.read())[1] === 'HIT')
  })

  test.each<[string, (replica: Replica) => void]>([
    ['is cut off', ({ toRedis }) => toRedis.cut()],
    ['hears nothing of it', ({ toRedis }) => toRedis.stall('answers')],
    ['does not reach it', ({ toRedis }) => toRedis.stall('requests')],
  ])('of one replica, which %s, the others never serve what it has replaced', async (_, part) => {
    const stores = await openStores()
    const [writer, reader] = await Promise.all([startReplica(stores, { patience: 1 }), startReplica(stores)])
    await reader.read()
    expect(await reader.read()).toEqual(['old', 'HIT'])
    part(writer)

    const seen: string[] = []
    const reading = (async () => {
      // Whoever has seen the new name, here or there, sees the old one no more.
      while (seen.at(-1) !== 'new')
        for (const { read } of [writer, reader]) seen.push((await read())[0] ?? '')
    })()
    const tookMs = await timedWhileRunning(() => writer.rename('new'))
    expect(await reader.read()).toEqual(['new', 'BYPASS'])
    await reading
    expect(seen.slice(seen.indexOf('new'))).not.toContain('old')
    expect(tookMs).toBeLessThan(1500)

    // The next one need not wait.
    expect(await timed(() => writer.rename('newer'))).toBeLessThan(1000)
    expect((await reader.read())[0]).toBe('newer')

    writer.toRedis.heal()
    await until(async () => (await reader.read())[1] !== 'BYPASS')
    expect((await reader.read())[0]).toBe('newer')
    expect(await undelivered(stores)).toEqual([])
  })

  test.each<[string, string[], string[]]>([
    ['is a replica now (READONLY)', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    [
      'refuses writes (NOREPLICAS)',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
    ['is full (OOM)', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
  ])('that takes writes, because it %s, nobody believes it', async (_, refuse, accept) => {
    const stores = await openStores({ flags: ['--maxmemory-policy', 'noeviction'] })
    const [writer, reader] = await Promise.all([startReplica(stores), startReplica(stores)])
    await reader.read()
    const run = ([command = '', ...args]: string[]) => stores.redis.client.call(command, ...args)
    await run(refuse)
    await writer.rename('new')
    for (const { read } of [writer, reader]) {
      await until(async () => {
        const [name, outcome] = await read()
        expect(name).toBe('new')
        return outcome === 'BYPASS'
      })
    }
    await run(accept)
    for (const { read } of [writer, reader]) {
      await until(async () => {
        const [name, outcome] = await read()
        expect(name).toBe('new')
        return outcome === 'HIT'
      })
    }
  })

  test('an invalidation is delivered before the cache is believed again', async () => {
    const stores = await openStores()
    const replica = await startReplica(stores)
    await replica.read()
    stores.redis.signal('SIGSTOP')
    await replica.rename('new')
    stores.redis.signal('SIGCONT')
    let outcome = 'BYPASS'
    while (outcome === 'BYPASS') {
      const read = await replica.cache.read(1, async () => ({ name: 'new' }))
      expect(JSON.parse(read.json ?? '').name).toBe('new')
      outcome = read.outcome
      await setImmediate() // a bypass that asks no real database never leaves the event loop
    }
    expect(outcome).toBe('MISS')
  })

  test('an invalidation survives the process that could not deliver it, and its outage ends with it', async () => {
    const stores = await openStores()
    const doomed = await startReplica(stores)
    await doomed.read()
    doomed.toRedis.cut()
    await doomed.rename('new')
    await doomed.stop()

    const successor = await startReplica(stores)
    expect((await successor.read())[0]).toBe('new')
    expect(await undelivered(stores)).toEqual([])
  })

  test('an outage that lapsed is declared anew, and waited for, before anything is written', async () => {
    const stores = await openStores()
    const [writer, reader] = await Promise.all([startReplica(stores), startReplica(stores)])
    writer.toRedis.cut()
    await writer.rename('first')
    // As others do once it has not been heard of for five seconds.
    await runAsAdmin('DELETE FROM cache_outages; DELETE FROM undelivered_invalidations', stores.databaseUrl)
    await until(() => isInUse(reader))
    await reader.read()
    expect(await timed(() => writer.rename('second'))).toBeGreaterThan(1000)
    expect(await reader.read()).toEqual(['second', 'BYPASS'])
  })

  test('for a moment only, a reader goes past it, a writer waits for it, and the others do not notice', async () => {
    const stores = await openStores()
    const [slow, other] = await Promise.all([startReplica(stores, { patience: 2 }), startReplica(stores)])
    await other.read()
    slow.toRedis.stall()
    const renaming = slow.rename('new')
    expect((await slow.read(2))[1]).toBe('BYPASS')
    slow.toRedis.heal()
    await renaming
    expect((await runAsAdmin('SELECT id FROM cache_outages', stores.databaseUrl)).rows).toEqual([])
    await other.read()
    expect(await other.read()).toEqual(['new', 'HIT'])
    await until(async () => (await slow.read())[1] === 'HIT')
  })

  test('from between the two times that a write tells it, the write is recorded and waits', async () => {
    const stores = await openStores()
    const [writer, reader] = await Promise.all([startReplica(stores), startReplica(stores)])
    const took = await timed(() =>
      writer.cache.change(1, async (query: Query) => {
        writer.toRedis.cut()
        return query(UPDATE, [1, 'new'])
      }),
    )
    expect(took).toBeGreaterThan(1000)
    expect((await reader.read())[0]).toBe('new')
    await until(async () => (await undelivered(stores)).length === 0)
  })

  test('and without the database a change fails, and is not recorded', async () => {
    const stores = await openStores()
    const replica = await startReplica(stores)
    replica.toRedis.cut()
    replica.toDatabase.cut()
    await expect(replica.rename('new')).rejects.toBeInstanceOf(ProblemError)
    expect(await undelivered(stores)).toEqual([])
  })

  test('at the start, reads do not wait for it', async () => {
    const stores = await openStores()
    await stores.redis.kill()
    const replica = await startReplica(stores, { isAwaited: false })
    expect(await replica.read()).toEqual(['old', 'BYPASS'])
    await stores.redis.start()
    await until(() => isInUse(replica))
  })
})

test('without the database, what is cached is served for as long as it takes', async () => {
  const stores = await openStores()
  const replica = await startReplica(stores)
  await replica.read()
  replica.toDatabase.cut()
  const endsAt = performance.now() + 2500
  while (performance.now() < endsAt) {
    expect(await replica.read()).toEqual(['old', 'HIT'])
    await expect(replica.read(2)).rejects.toMatchObject({ problem: 'unavailable' })
  }
  replica.toDatabase.heal()
  await until(async () => (await replica.read(2).catch(() => []))[0] === 'other')
})

test('a Redis that has lost its data, and with them what was announced, is filled again only when that is over', async () => {
  const stores = await openStores()
  const [reader, writer] = await Promise.all([startReplica(stores), startReplica(stores)])
  await reader.read()
  const commit = hold(undefined)
  const changing = writer.cache.change(1, async (query) => {
    await commit.work()
    await query(UPDATE, [1, 'new'])
  })
  await commit.begun
  await stores.redis.client.flushall()
  expect([await reader.read(), await cachedName(stores)]).toEqual([['old', 'MISS'], null])
  commit.release()
  await changing
  expect(await reader.read()).toEqual(['new', 'MISS'])
  await until(async () => (await reader.read())[1] === 'HIT')
})
