import pg from 'pg'
import { Failure } from './failure.ts'
import type { DatabaseAccess } from './platform.ts'

/** What a statement gave. */
export interface SqlResult {
  readonly database: string
  /** What PostgreSQL says it did: `SELECT`, `UPDATE`, `CREATE` … */
  readonly command: string
  /** How many rows were given or changed; null for statements that have nothing to do with rows. */
  readonly rowCount: number | null
  /** The names of the columns; empty for statements that give none. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const CONNECT_TIMEOUT_MS = 10_000

// By their type numbers: what JSON has a kind of its own for. Everything else stays as PostgreSQL prints it; a
// timestamp without a zone, above all, must not be shifted into the zone of this machine.
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  ...{ 21: Number, 23: Number, 26: Number, 700: toNumber, 701: toNumber },
  20: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  ...{ 114: JSON.parse, 3802: JSON.parse },
}

/**
 * Runs one statement, or several that are parted by semicolons, of which the last one's result is given.
 *
 * @throws Failure `sql-failed` in PostgreSQL's words; `part-unreachable`.
 */
export async function runSql(
  { user, database, connection }: DatabaseAccess,
  sql: string,
  signal: AbortSignal,
): Promise<SqlResult> {
  const client = new pg.Client({
    ...connection,
    ...{ user, database, ssl: false, application_name: 'msctl', connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
    types: { getTypeParser: (type: number) => PARSERS[type] ?? ((text: string) => text) },
  })
  let isConnected = false
  // A client whose connection breaks says so by an event, too; without a listener that would end the process.
  client.on('error', () => undefined)
  const onAbort = () => void client.end().catch(() => undefined)
  signal.addEventListener('abort', onAbort)
  try {
    await client.connect()
    isConnected = true
    const given = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
    const result = Array.isArray(given) ? (given as (typeof given)[]).at(-1) : given
    const { command = '', rowCount = null, fields = [], rows = [] } = result ?? {}
    return { database, command: command ?? '', rowCount, columns: fields.map(({ name }) => name), rows }
  } catch (error) {
    signal.throwIfAborted()
    if (!isConnected || !(error instanceof pg.DatabaseError)) {
      throw new Failure(
        'part-unreachable',
        { part: 'db', reason: (error as Error).message },
        { cause: error },
      )
    }
    const { message, position, hint } = error
    throw new Failure(
      'sql-failed',
      { database, message, place: placeIn(sql, Number(position)), advice: hint },
      { cause: error },
    )
  } finally {
    signal.removeEventListener('abort', onAbort)
    await client.end().catch(() => undefined) // what was asked for is there already
  }
}

/** The line of `sql` that holds its character number `position`, counted from 1, and a mark below that character. */
function placeIn(sql: string, position: number): string[] | undefined {
  if (!(position > 0)) return undefined
  const before = [...sql].slice(0, position - 1).join('')
  const column = before.length - (before.lastIndexOf('\n') + 1)
  return [sql.split('\n')[before.split('\n').length - 1] ?? '', `${' '.repeat(column)}^`]
}

/** PostgreSQL's floats have two infinities and NaN, JSON has none of them. */
function toNumber(text: string): number | string {
  return Number.isFinite(Number(text)) ? Number(text) : text
}
