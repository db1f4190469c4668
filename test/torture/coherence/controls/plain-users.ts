// A users service as plain as can be, on the real stores, for caches that are known to break their promise.
import { createServer, type IncomingMessage } from 'node:http'
import pg from 'pg'

/** What a cache does for the service. */
export interface ControlCache {
  read(
    id: number,
    load: () => Promise<object | undefined>,
  ): Promise<{ json: string | undefined; outcome: string }>
  /** Is awaited between the commit of a change and its answer. */
  invalidate(id: number): Promise<void>
}

const DDL = `CREATE TABLE IF NOT EXISTS users (
  id SERIAL PRIMARY KEY, email VARCHAR UNIQUE NOT NULL, name VARCHAR NOT NULL, created_at TIMESTAMP DEFAULT NOW())`
/** So that replicas do not create the table at the same time. */
const LOCK = 5_077_081

/** Serves users until it is killed, with its settings in the same variables as the real service. */
export async function servePlainUsers(
  createCache: (pool: pg.Pool) => ControlCache | Promise<ControlCache>,
  extraDdl = '',
): Promise<void> {
  const pool = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    max: 10,
    connectionTimeoutMillis: 1500,
    query_timeout: 2500,
    options: '-c statement_timeout=2000',
  })
  pool.on('error', () => undefined) // the next query takes another connection
  // By a connection of its own, which waits as long as that takes.
  const client = new pg.Client(process.env.DATABASE_URL)
  await client.connect()
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${DDL}; ${extraDdl}; COMMIT`)
  await client.end()
  const cache = await createCache(pool)
  const find = async (id: number) => (await pool.query('SELECT * FROM users WHERE id = $1', [id])).rows[0]

  async function answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body?: string; source?: string }> {
    if (request.url === '/ready') return { status: 200 }
    const id = Number(request.url?.split('/')[2])
    const body = await readJson(request)
    switch (request.method) {
      case 'POST': {
        const { rows } = await pool.query('INSERT INTO users (email, name) VALUES ($1, $2) RETURNING *', [
          ...[body.email, body.name],
        ])
        return { status: 201, body: JSON.stringify(rows[0]) }
      }
      case 'PUT': {
        const { rows } = await pool.query('UPDATE users SET name = $2 WHERE id = $1 RETURNING *', [
          id,
          body.name,
        ])
        if (rows.length === 0) return { status: 404 }
        await cache.invalidate(id)
        return { status: 200, body: JSON.stringify(rows[0]) }
      }
      case 'DELETE': {
        const { rowCount } = await pool.query('DELETE FROM users WHERE id = $1', [id])
        if (rowCount === 0) return { status: 404 }
        await cache.invalidate(id)
        return { status: 204 }
      }
      default: {
        const { json, outcome } = await cache.read(id, () => find(id))
        return {
          status: json === undefined ? 404 : 200,
          source: outcome,
          ...(json !== undefined && { body: json }),
        }
      }
    }
  }

  createServer((request, response) => {
    answer(request).then(
      ({ status, body, source }) =>
        response.writeHead(status, source === undefined ? {} : { 'x-cache': source }).end(body),
      () => response.writeHead(503).end(),
    )
  }).listen(Number(process.env.PORT), process.env.HOST)
}

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}
