import { useSyncExternalStore } from 'react'
import type { DashboardState } from './state.ts'
import type { Store } from './store.ts'

/** The state of the store, anew whenever it tells of a change. */
export function useStore(store: Store): DashboardState {
  return useSyncExternalStore(store.subscribe, store.get)
}
