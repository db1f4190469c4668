import { type Action, reduce } from './reduce.ts'
import type { DashboardState } from './state.ts'

/** Holds the state; knows nothing of React or of terminals. */
export interface Store {
  get(): DashboardState
  dispatch(action: Action): void
  /** @returns what ends the subscription. */
  subscribe(listener: () => void): () => void
}

/** What arrives within this time is told at once, in milliseconds: the answers of one look come one after the other. */
const GATHER_MS = 40

/** Makes the store. Subscribers are told of changes that have been gathered for a moment, so that a burst is drawn once. */
export function createStore(initial: DashboardState): Store {
  let state = initial
  let timer: NodeJS.Timeout | undefined
  const listeners = new Set<() => void>()
  const tell = () => {
    timer = undefined
    for (const listener of listeners) listener()
  }
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action)
      if (next === state) return
      state = next
      if (timer === undefined) timer = setTimeout(tell, GATHER_MS)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
