import { isUneventful } from './at-rest.ts'
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
