// What there is to be seen of a platform: what a scenario has to leave as it was.
import { createClient, type ServiceName } from '@msctl/sdk'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { FaultyPlatform } from '../self-test/index.ts'

const STATE = `
  SELECT
    (SELECT json_agg(t ORDER BY id) FROM %TABLE% t) AS rows,
    (SELECT json_agg(key) FROM idempotency_keys) AS keys,
    (SELECT json_agg(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
      WHERE datname = current_database()) AS settings`

/** Where a platform can be looked at. */
export type Visible = Pick<FaultyPlatform, 'url' | 'redisUrl' | 'databaseUrls'>

/** What was seen. */
export interface Snapshot {
  /** Each service: its name, whether it is ready, its circuit, and that one's count. */
  readonly parts: readonly unknown[]
  /** The keys in Redis, sorted. */
  readonly cached: readonly string[]
  /** Each database: rows, idempotency keys and settings. */
  readonly stored: readonly unknown[]
}

/** Parts, circuits, rows, idempotency keys, settings of the databases, and cached keys. */
export async function snapshotOf({ url, redisUrl, databaseUrls }: Visible): Promise<Snapshot> {
  await using client = createClient({ baseUrl: url })
  const { services } = await client.gateway.status()
  const parts = Object.entries(services).map(([name, { ready, circuit }]) => [
    name,
    ready,
    circuit.status,
    circuit.failure_count,
  ])
  const redis = new Redis(redisUrl)
  const cached = (await redis.keys('*').finally(() => redis.disconnect())).sort()
  const stored = await Promise.all(
    Object.entries(databaseUrls).map(([name, each]) => look(name as ServiceName, each)),
  )
  return { parts, cached, stored }
}

async function look(service: ServiceName, connectionString: string): Promise<unknown> {
  const database = new pg.Client({ connectionString })
  await database.connect()
  try {
    return (await database.query(STATE.replace('%TABLE%', service))).rows[0]
  } finally {
    await database.end()
  }
}
