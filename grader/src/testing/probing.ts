// What the tests of the catalogue ask a platform with.
import { randomUUID } from 'node:crypto'
import type { ServiceName } from '@msctl/sdk/contract'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Agent, request } from 'undici'
import type { FaultyPlatform } from '../self-test/platform.ts'
import { parse } from '../self-test/rewrite.ts'
import type { Fields } from '../self-test/switches.ts'

/** An answer; what is no JSON is `undefined`. */
export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: probes look into whatever an implementation answers
  readonly body: any
  readonly durationMs: number
}

/** A platform, as a probe sees it. */
export interface Probed {
  readonly platform: FaultyPlatform
  ask(method: string, path: string, body?: unknown): Promise<Seen>
  get(path: string): Promise<Seen>
  /** Creates something, and gives what was answered. */
  create(service: ServiceName, fields?: Fields): Promise<Seen['body']>
  /** Asks Redis as redis-cli does. */
  redis(...command: [string, ...string[]]): Promise<unknown>
  sql(service: ServiceName, text: string): Promise<Fields[]>
  /** Holds a whole table until it is released, and tells whether anybody waits for it. */
  lock(service: ServiceName): Promise<{ release(): Promise<void>; isAwaited(): Promise<boolean> }>
  circuit(
    service: ServiceName,
  ): Promise<{ status: string; failure_count: number; opened_at: string; retry_in_seconds: number }>
  /** Asks a service that is down for something, a number of times; gives the statuses. */
  fail(service: ServiceName, times: number): Promise<number[]>
}

/** What there is to create when nothing else is said. */
const SOMETHING: Record<ServiceName, () => Fields> = {
  users: () => ({ email: `${randomUUID()}@example.com`, name: 'Ann' }),
  orders: () => ({ userId: 1 + Math.floor(Math.random() * 1e6), product: 'A box of green tea', quantity: 3 }),
  payments: () => ({ order_id: 1 + Math.floor(Math.random() * 1e6), amount: 9.75 }),
}

/** Looks at a platform until `close`. */
export function probing(platform: FaultyPlatform): Probed & { close(): Promise<void> } {
  let redis: Redis | undefined
  // A connection for each request: what listens comes and goes.
  const dispatcher = new Agent()
  const ask: Probed['ask'] = async (method, path, body) => {
    const startedAt = performance.now()
    const answer = await request(platform.url + path, {
      method: method as 'GET',
      dispatcher,
      reset: true,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.body.text()
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: parse(text),
      durationMs: performance.now() - startedAt,
    }
  }
  return {
    platform,
    ask,
    get: (path) => ask('GET', path),
    create: async (service, fields) =>
      (await ask('POST', `/${service}`, { ...SOMETHING[service](), ...fields })).body,
    redis: async (name, ...rest) => {
      if (redis === undefined) {
        redis = new Redis(platform.redisUrl)
        // It comes and goes.
        redis.on('error', () => undefined)
      }
      return redis.call(name, ...rest)
    },
    sql: async (service, text) => {
      const client = new pg.Client(platform.databaseUrls[service])
      await client.connect()
      try {
        return (await client.query(text)).rows
      } finally {
        await client.end()
      }
    },
    lock: async (service) => {
      const client = new pg.Client(platform.databaseUrls[service])
      await client.connect()
      await client.query(`BEGIN; LOCK TABLE ${service} IN ACCESS EXCLUSIVE MODE`)
      const waiting =
        'SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())'
      return {
        isAwaited: async () => (await client.query(waiting)).rows.length > 0,
        release: () => client.end(),
      }
    },
    circuit: async (service) => (await ask('GET', '/health')).body.circuits[service],
    fail: async (service, times) => {
      const statuses: number[] = []
      for (let i = 0; i < times; i++) statuses.push((await ask('GET', `/${service}/1`)).status)
      return statuses
    },
    close: async () => {
      redis?.disconnect()
      await dispatcher.close()
    },
  }
}
