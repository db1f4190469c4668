import type { Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'

/** What a service of a Compose file may do in the platform. */
export const COMPOSE_ROLES = [
  ...(['users', 'orders', 'payments', 'gateway', 'cache'] as const),
  ...(['db_users', 'db_orders', 'db_payments'] as const),
] as const
export type ComposeRole = (typeof COMPOSE_ROLES)[number]

/** What is known of a Compose project once it was told to start: the checks of the criterion judge this, and nothing else. */
export interface ComposeFacts {
  /** The Compose file, as it can be shown: its path in the submission. */
  readonly file: string
  /** Which service of the file plays which role. Two databases may be one server. */
  readonly roles: Readonly<Partial<Record<ComposeRole, string>>>
  /** The name of each service's database, where it is known. */
  readonly databaseNames: Readonly<Partial<Record<ServiceName, string>>>
  readonly services: readonly ComposeService[]
  /** Services that nobody knows what they are for: one may be a part that seems to be missing. */
  readonly unrecognised: readonly string[]
  /** What came of the one command. */
  readonly start: {
    readonly command: string
    readonly exitCode: number
    /** The last lines that it printed. */
    readonly output: readonly string[]
    readonly durationMs: number
    /** What somebody would have to do by hand before: networks and volumes that are said to be there already. */
    readonly byHand: readonly string[]
  }
  readonly ready: {
    /** What did not become ready, and why: `orders: GET /orders → 502`. Empty when all is ready. */
    readonly missing: readonly string[]
    readonly durationMs: number
    readonly limitMs: number
    /** Whether the machine was so busy that nothing can be concluded from what did not answer in time. */
    readonly isMachineBusy: boolean
  }
  /** What was changed so that it can run beside others, a line each. */
  readonly changes: readonly Text[]
}

/** A service of the file as its author wrote it, and what became of it. */
export interface ComposeService {
  readonly name: string
  readonly image: string | undefined
  /** Ports of the host, as written. */
  readonly published: readonly string[]
  readonly mounts: readonly ComposeMount[]
  /** Where the service keeps its data, when it is a database or a cache. */
  readonly dataFolder: string | undefined
  /** Variables whose secret stands in the file itself. */
  readonly openSecrets: readonly string[]
  /** `running`, `running, unhealthy`, `exited (1)`, `not created` … */
  readonly state: string
  readonly isRunning: boolean
  /** Its last lines, when it does not run. */
  readonly log: readonly string[]
}

/** What is mounted into a service. A volume without a name is gone with its container. */
export interface ComposeMount {
  readonly type: 'volume' | 'bind' | 'tmpfs'
  readonly source: string | undefined
  readonly target: string
}
