import pg from 'pg'
import { createClient } from './database.ts'
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

/**
 * Runs one statement, or several that are parted by semicolons, and gives the result of each.
 *
 * @throws Failure `sql-failed` in PostgreSQL's words; `part-unreachable`.
 */
export async function runSql(
  access: DatabaseAccess,
  sql: string,
  signal: AbortSignal,
): Promise<readonly SqlResult[]> {
  const { database } = access
  const client = createClient(access)
  let isConnected = false
  const onAbort = () => void client.end().catch(() => undefined)
  signal.addEventListener('abort', onAbort)
  try {
    await client.connect()
    isConnected = true
    const given = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
    return [given].flat().map(({ command, rowCount, fields = [], rows = [] }) => ({
      ...{ database, command: command ?? '', rowCount: rowCount ?? null },
      ...{ columns: fields.map(({ name }) => name), rows },
    }))
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
