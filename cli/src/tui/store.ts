import { SERVICES } from '@msctl/sdk/contract'
import { type Action, reduce } from './reduce.ts'
import type { DashboardState } from './state.ts'

/** Holds the state; knows nothing of React or of terminals. */
export interface Store {
  get(): DashboardState
  dispatch(action: Action): void
  /** @returns what ends the subscription. */
  subscribe(listener: () => void): () => void
}

/**
 * For how long changes are gathered before they are told, in milliseconds: the answers of one look come one after the
 * other, and drawing costs more than all else. Who presses a key does not wait so long; where nothing happens, two looks are drawn
 * together.
 */
const GATHER_MS = { rest: 1_250, look: 250, key: 10 }

/** What the dashboard learns by looking. */
const LOOKS: ReadonlySet<Action['type']> = new Set([
  ...(['ticked', 'gateway-seen', 'gateway-away', 'parts-seen', 'keys-seen', 'cache-away'] as const),
  ...(['logged', 'load-seen', 'scenario-told', 'scenario-does'] as const),
])

/** Makes the store. Subscribers are told of changes that have been gathered for a moment, so that a burst is drawn once. */
export function createStore(initial: DashboardState): Store {
  let state = initial
  let timer: NodeJS.Timeout | undefined
  let tellAt = Number.POSITIVE_INFINITY
  const listeners = new Set<() => void>()
  const tell = () => {
    timer = undefined
    tellAt = Number.POSITIVE_INFINITY
    for (const listener of listeners) listener()
  }
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action)
      if (next === state) return
      const waitMs = LOOKS.has(action.type)
        ? GATHER_MS[isUneventful(state, next) ? 'rest' : 'look']
        : GATHER_MS.key
      state = next
      const dueAt = performance.now() + waitMs
      if (dueAt >= tellAt) return
      clearTimeout(timer)
      timer = setTimeout(tell, waitMs)
      tellAt = dueAt
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** From here on a key's last seconds are counted one by one, in seconds. */
const LAST_SECONDS = 10
/** What changes only when something happens. */
const EVENTFUL = ['events', 'view', 'work', 'load', 'scenario', 'size', 'selected'] as const

/**
 * Whether a change shows nothing but that time goes by: clocks, latencies, memory, bars that become shorter. On a platform on which
 * nothing happens, nobody needs to see these every second.
 */
function isUneventful(before: DashboardState, after: DashboardState): boolean {
  return (
    EVENTFUL.every((name) => before[name] === after[name]) &&
    isIdle(before) &&
    isIdle(after) &&
    before.cache.state === after.cache.state &&
    namesOfKeys(before) === namesOfKeys(after)
  )
}

/** Nobody asks for anything, no circuit or key is being counted down, and no scenario runs. */
function isIdle({ gateway, cache, scenario, traffic }: DashboardState): boolean {
  if (gateway.state !== 'up' || scenario?.isRunning === true) return false
  const keys = cache.state === 'up' ? cache.keys : []
  return (
    SERVICES.every((service) => {
      const { ready, circuit } = gateway.status.services[service]
      const isAsked = (traffic[service].at(-1)?.requestsPerSecond ?? 0) > 0
      return ready && !isAsked && circuit.status === 'CLOSED' && circuit.failure_count === 0
    }) && keys.every(({ ttlSeconds }) => ttlSeconds === null || ttlSeconds > LAST_SECONDS)
  )
}

const namesOfKeys = ({ cache }: DashboardState): string =>
  cache.state === 'up' ? cache.keys.map(({ key }) => key).join('\n') : ''
