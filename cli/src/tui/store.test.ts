import type { CachedKey } from '@msctl/platform/cached-keys'
import type { ServiceStatus } from '@msctl/sdk/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  NOON,
  openCircuit,
  samplePlatform,
  sampleService,
  sampleStatus,
} from '../testing/dashboard-sample.ts'
import type { Action } from './reduce.ts'
import { initialState } from './state.ts'
import { createStore } from './store.ts'

const gateway = (users: Partial<ServiceStatus> = {}): Action => {
  const status = sampleStatus({ users: sampleService(users) })
  return { type: 'gateway-seen', at: NOON, url: 'http://localhost:8000', status, tookMs: 3 }
}
const keys = (...found: CachedKey[]): Action => ({ type: 'keys-seen', at: NOON, keys: found, tookMs: 1 })
const parts = (...down: string[]): Action => ({
  ...{ type: 'parts-seen', at: NOON, platform: samplePlatform(...down) },
})
const long = { key: 'user:1', ttlSeconds: 250 }

describe('what is drawn', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** How long it takes until a change is drawn, in milliseconds. */
  function waitAfter(action: Action, seen: readonly Action[] = []): number {
    const store = createStore(initialState(NOON, { columns: 80, rows: 24 }))
    for (const each of [gateway(), keys(long), parts(), ...seen]) store.dispatch(each)
    vi.runAllTimers()
    const began = performance.now()
    let took = Number.NaN
    store.subscribe(() => (took = performance.now() - began))
    store.dispatch(action)
    vi.runAllTimers()
    return took
  }

  test.each([
    ['the clock', { type: 'ticked', at: NOON + 1_000 }],
    ['latencies', gateway({ latency_ms: 9 })],
    ['a TTL', keys({ ...long, ttlSeconds: 249 })],
    ['the same parts', parts()],
  ] as const)('%s, where nothing happens, with the next look', (_, action) => {
    expect(waitAfter(action)).toBeGreaterThan(1_000)
  })

  test.each([
    ['a service that has gone', gateway({ reachable: false, ready: false })],
    ['a circuit that has opened', gateway({ circuit: openCircuit() })],
    ['traffic', gateway({ requests_per_second: 0.5 })],
    ['a new key', keys(long, { key: 'user:2', ttlSeconds: 300 })],
    ['a key that has gone', keys()],
    ['the last seconds of a key', keys({ ...long, ttlSeconds: 10 })],
    ['a part that has stopped', parts('db')],
  ] as const)('%s at once', (_, action) => {
    expect(waitAfter(action)).toBeLessThan(500)
  })

  test('the seconds of an open circuit one by one', () => {
    const open = gateway({ circuit: openCircuit() })
    expect(waitAfter({ type: 'ticked', at: NOON + 1_000 }, [open])).toBeLessThan(500)
  })

  test('what happens while two looks are gathered does not wait for them', () => {
    const store = createStore(initialState(NOON, { columns: 80, rows: 24 }))
    for (const each of [gateway(), keys(long), parts()]) store.dispatch(each)
    vi.runAllTimers()
    const drawn = vi.fn()
    store.subscribe(drawn)
    store.dispatch(gateway())
    store.dispatch({ type: 'selected', step: 1 })
    vi.advanceTimersByTime(50)
    expect(drawn).toHaveBeenCalledOnce()
    vi.runAllTimers()
    expect(drawn).toHaveBeenCalledOnce()
  })
})
