import type { ServiceName } from '@msctl/sdk'

/** A part of the platform, as `msctl stop <part>` names it. */
export type PartName = ServiceName | 'gateway' | 'cache' | 'db'

/** A row of a database. */
export type Row = Readonly<Record<string, unknown>>

/** A connection to a service's database, for locks that outlive a statement. Whoever opens it closes it. */
export interface DatabaseSession {
  /** Runs one statement. @throws what PostgreSQL says. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** What it had not committed is undone. */
  close(): Promise<void>
}

/**
 * What a scenario does with a platform besides calling it: the drivers of msctl give it, and a platform inside a test. None of it
 * ends early when the run is interrupted, for it also serves to put things back.
 */
export interface Hands {
  /** The gateway's address. */
  readonly url: string
  /** Ends a part the graceful way. */
  stop(part: PartName): Promise<unknown>
  /** Ends a part as a crash would. */
  kill(part: PartName): Promise<unknown>
  /** Starts a part; does nothing to one that runs. */
  start(part: PartName): Promise<unknown>
  /** Takes everything down and up again; the data stay. */
  restart(): Promise<unknown>
  /** Starts what does not run. */
  up(): Promise<unknown>
  /** Asks Redis one thing, and gives its answer as text; `''` for nothing. */
  askCache(command: readonly string[]): Promise<string>
  openDatabase(service: ServiceName): Promise<DatabaseSession>
}
