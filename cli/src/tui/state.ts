import type { CachedKey } from '@msctl/platform/cached-keys'
import type { LogLine } from '@msctl/platform/log-line'
import type { Part } from '@msctl/platform/parts'
import type { PartState, PlatformStatus } from '@msctl/platform/platform'
import type { CircuitState, ServiceName, Status } from '@msctl/sdk/contract'
import { SERVICES } from '@msctl/sdk/contract'
import type { ToldEvent } from '../commands/scenario/tell-run.ts'

/** The parts in the order in which they are shown: as a request comes by them. */
export const ROWS = ['gateway', ...SERVICES, 'cache', 'db'] as const satisfies readonly Part[]

/** What went wrong, as a {@link Failure} has it; it is worded where it is shown. */
export interface Trouble {
  readonly code: string
  readonly facts: unknown
}

/** What is known of the gateway. Times are epoch milliseconds. */
export type GatewayView =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'up'
      readonly status: Status
      /** When the status was as it says: countdowns go on from here. */
      readonly seenAt: number
      /** How long it took to answer, in milliseconds. */
      readonly tookMs: number
    }
  | { readonly state: 'away'; readonly trouble: Trouble }

/** What is known of the cache. */
export type CacheView =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'up'
      readonly keys: readonly CachedKey[]
      readonly seenAt: number
      readonly tookMs: number
    }
  | { readonly state: 'away'; readonly trouble: Trouble }

/** The traffic of a service at one moment; latencies in milliseconds, null where there was none. */
export interface Sample {
  readonly requestsPerSecond: number
  readonly p50: number | null
  readonly p99: number | null
}

/** Something that happened, for the panel of events. `at` is in epoch milliseconds. */
export type DashboardEvent = { readonly at: number } & (
  | {
      readonly type: 'transition'
      readonly service: ServiceName
      readonly from: CircuitState
      readonly to: CircuitState
    }
  | { readonly type: 'part'; readonly part: Part; readonly state: PartState }
  | { readonly type: 'failures'; readonly service: ServiceName; readonly count: number }
  | { readonly type: 'gateway-restarted' }
  | { readonly type: 'loaded'; readonly sent: number; readonly failed: number }
  | { readonly type: 'flushed'; readonly removed: number }
  | { readonly type: 'platform-up' }
  | { readonly type: 'trouble'; readonly trouble: Trouble }
)

/** What is being done at a key's wish; one thing at a time. */
export type Work =
  | { readonly type: 'starting' | 'stopping' | 'killing'; readonly part: Part }
  | { readonly type: 'bringing-up' }
  | { readonly type: 'flushing' }
  | { readonly type: 'leaving' }

/** How far a load is, in requests. */
export interface Load {
  readonly sent: number
  readonly total: number
  readonly failed: number
}

/** What is laid over the overview, or stands beside it. */
export type View =
  | { readonly type: 'overview' }
  | { readonly type: 'help' }
  | {
      readonly type: 'choosing'
      readonly choices: readonly ScenarioChoice[]
      /** The index of the choice. */
      readonly at: number
    }
  /** `back`: how many lines the end of what is shown lies before the last line. */
  | { readonly type: 'logs'; readonly lines: readonly LogLine[]; readonly back: number }

/** A scenario that can be run. */
export interface ScenarioChoice {
  readonly name: string
  readonly title: string
}

/** A scenario that is run, or has been. */
export interface ScenarioView {
  readonly title: string
  readonly isRunning: boolean
  /** Oldest first, at most {@link MAX_TOLD}. */
  readonly told: readonly ToldEvent[]
  /** What it is doing or waiting for, and until when, in epoch milliseconds. */
  readonly doing: { readonly what: string; readonly until?: number | undefined } | undefined
  /** How many lines the end of what is shown lies before the last line. */
  readonly back: number
}

/** The size of the terminal, in cells. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** All that the dashboard draws. */
export interface DashboardState {
  /** Epoch milliseconds. */
  readonly now: number
  readonly size: Size
  /** The gateway's address, once it is known. */
  readonly url: string | undefined
  readonly gateway: GatewayView
  /** The parts as the driver sees them; `undefined` where no driver of ours runs them. */
  readonly platform: PlatformStatus | undefined
  readonly cache: CacheView
  /** Oldest first, at most {@link MAX_SAMPLES}. */
  readonly traffic: Readonly<Record<ServiceName, readonly Sample[]>>
  /** How many failures in a row open a circuit, as far as that has been seen. */
  readonly failuresToOpen: number
  /** Oldest first, at most {@link MAX_EVENTS}. */
  readonly events: readonly DashboardEvent[]
  /** The part that keys are about. */
  readonly selected: (typeof ROWS)[number]
  readonly view: View
  readonly work: Work | undefined
  /** The load that is being sent; other work goes on beside it. */
  readonly load: Load | undefined
  /** What stands in the side panel. */
  readonly scenario: ScenarioView | undefined
}

/** One a second: as many as the widest sparkline draws. */
export const MAX_SAMPLES = 240
export const MAX_EVENTS = 200
export const MAX_LOG_LINES = 500
export const MAX_TOLD = 400
/** What the contract says; a gateway may be set up otherwise, and then shows it once it has opened a circuit. */
const DEFAULT_FAILURES_TO_OPEN = 5

/** Before anything has been looked at. @param now Epoch milliseconds. */
export function initialState(now: number, size: Size): DashboardState {
  return {
    now,
    size,
    url: undefined,
    gateway: { state: 'unknown' },
    platform: undefined,
    cache: { state: 'unknown' },
    traffic: { users: [], orders: [], payments: [] },
    failuresToOpen: DEFAULT_FAILURES_TO_OPEN,
    events: [],
    selected: 'users',
    view: { type: 'overview' },
    work: undefined,
    load: undefined,
    scenario: undefined,
  }
}

type Known = Pick<DashboardState, 'gateway' | 'platform'>

/** How each part is, as far as anybody has said: of the services the gateway, of all others the driver. */
export function partStates(known: Known): Partial<Record<Part, PartState>> {
  return Object.fromEntries(
    ROWS.flatMap((part) => {
      const state = stateOf(part, known)
      return state === undefined ? [] : [[part, state]]
    }),
  )
}

function stateOf(part: Part, { gateway, platform }: Known): PartState | undefined {
  if (gateway.state === 'up' && part === 'gateway') return 'up'
  if (gateway.state === 'up' && isService(part)) {
    const { reachable, ready } = gateway.status.services[part]
    if (!reachable) return 'down'
    return ready ? 'up' : 'not ready'
  }
  return platform?.parts.find(({ name }) => name === part)?.state
}

const isService = (part: Part): part is ServiceName => (SERVICES as readonly Part[]).includes(part)
