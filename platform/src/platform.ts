import type { Duplex } from 'node:stream'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Control } from './control.ts'
import type { LogLine } from './log-line.ts'
import type { Part } from './parts.ts'
import type { Redis } from './redis.ts'

/** What runs the platform: processes of this machine, or containers. */
export const DRIVERS = ['local', 'compose'] as const
export type Driver = (typeof DRIVERS)[number]

/** `not ready`: it runs, and does not (yet) do its work. */
export type PartState = 'up' | 'not ready' | 'down'

/** One part in `msctl status --json`. Null: it has none, or none now. */
export interface PartStatus {
  readonly name: Part
  readonly state: PartState
  /** Local driver: its process. */
  readonly pid?: number | null
  /** Compose driver: its container. The part `db` is three of them, and has `containers` instead. */
  readonly container?: string | null
  readonly containers?: readonly string[]
  /** The port of 127.0.0.1 on which it listens, if it can be reached from here. */
  readonly port: number | null
  /** Where it can be reached, without credentials. */
  readonly url: string | null
  /** When it was started, ISO 8601. */
  readonly startedAt: string | null
  readonly memoryBytes: number | null
}

/** `msctl status --json`. */
export interface PlatformStatus {
  readonly driver: Driver
  /** The gateway's; null while no part runs. */
  readonly url: string | null
  /** Where data and logs are; with Compose, where the state is (the data are in Docker's volumes). */
  readonly dataDir: string
  readonly parts: readonly PartStatus[]
}

/** What happens while a driver works, for whoever shows it. */
export type PlatformEvent =
  | { readonly type: 'waiting'; readonly pid: number; readonly command: string }
  | { readonly type: 'fetching-redis'; readonly step: 'updating' | 'downloading' | 'unpacking' }
  | { readonly type: 'creating-database' }
  | { readonly type: 'starting'; readonly part: Part }
  | {
      readonly type: 'ready'
      readonly part: Part
      readonly tookMs: number
      readonly port?: number | undefined
    }
  | { readonly type: 'stopping'; readonly part: Part }
  | { readonly type: 'stopped'; readonly part: Part }
  | { readonly type: 'ports-retry'; readonly port: number }
  | { readonly type: 'undoing' }
  /** A line of a tool that the driver runs, such as an image's build. */
  | { readonly type: 'output'; readonly line: string }

export interface UpOptions {
  /** The gateway's port, or 0 for any; `undefined`: the one it has, else 8000. */
  readonly port?: number | undefined
  /** Whether to throw away the data first. */
  readonly fresh?: boolean
}

/** What a command that changes parts did. */
export interface Change {
  /** The parts that were not yet as asked; empty when there was nothing to do. */
  readonly changed: readonly Part[]
  readonly status: PlatformStatus
}

/** How to reach the database of a service. */
export interface DatabaseAccess {
  readonly user: string
  readonly database: string
  /** For a client of PostgreSQL's protocol: an address of this machine, or a way into the container. */
  readonly connection:
    | { readonly host: string; readonly port: number; readonly password: string }
    | { readonly stream: () => Duplex; readonly password: string }
  /** The program that gives a prompt. @param isTerminal Whether somebody types, or a file is read. */
  readonly psql: (isTerminal: boolean) => {
    readonly command: string
    readonly args: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }
}

/**
 * What drives the platform. Every command waits for its effect, and undoes what it began when it fails or is
 * interrupted. All throw {@link Failure}.
 */
export interface Platform extends Control<Part, Change> {
  readonly driver: Driver
  /** Starts what does not run, and waits until all is ready. */
  up(options?: UpOptions): Promise<Change>
  /** Ends everything; the data stay unless `volumes`. */
  down(options?: { readonly volumes?: boolean }): Promise<Change>
  /** Restarts one part, or everything, on the ports that it has. */
  restart(part?: Part): Promise<Change>
  /** Ends a part at once (SIGKILL), as a crash would. */
  kill(part: Part): Promise<Change>
  status(): Promise<PlatformStatus>
  /** Whether any part runs here by this driver. */
  isRunning(): Promise<boolean>
  /** What all parts, or one, have written, oldest first. */
  readLogs(part?: Part): AsyncIterable<LogLine>
  /** What they write from now on, until the signal. */
  followLogs(part?: Part): AsyncIterable<LogLine>
  /** Its cache. @throws Failure `not-running`, `part-unreachable`, `cache-refused`. */
  readonly redis: Redis
  /** @throws Failure `not-running`, `part-unreachable`. */
  accessDatabase(service: ServiceName): Promise<DatabaseAccess>
}
