import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../failure.ts'
import { NOON, samplePlatform, sampleService, sampleStatus } from '../testing/dashboard-sample.ts'
import { initialState } from './state.ts'
import { createStore } from './store.ts'
import { watchWorld } from './watch.ts'
import type { World } from './world.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const looked = {
    gatewayStatus: vi.fn(async () => sampleStatus()),
    platformStatus: vi.fn(async () => samplePlatform()),
    cachedKeys: vi.fn<World['cachedKeys']>(async () => []),
  }
  const store = createStore(initialState(NOON, { columns: 80, rows: 24 }))
  const watch = watchWorld({ url: () => 'http://localhost:8000', ...looked } as unknown as World, store)
  return { ...looked, watch }
}

const SECOND = 1_000

test('at rest, the gateway and Redis are asked every second, the driver seldom', async () => {
  const { gatewayStatus, platformStatus, cachedKeys, watch } = setUp()
  await vi.advanceTimersByTimeAsync(SECOND)
  for (const asked of [gatewayStatus, platformStatus, cachedKeys]) asked.mockClear()
  await vi.advanceTimersByTimeAsync(60 * SECOND)
  watch.end()
  expect(gatewayStatus).toHaveBeenCalledTimes(60)
  expect(cachedKeys).toHaveBeenCalledTimes(60)
  expect(platformStatus).toHaveBeenCalledTimes(6)
})

test('the driver is asked at once when a service or Redis shows that something has changed', async () => {
  const { gatewayStatus, platformStatus, cachedKeys, watch } = setUp()
  await vi.advanceTimersByTimeAsync(SECOND)
  platformStatus.mockClear()
  gatewayStatus.mockResolvedValue(sampleStatus({ orders: sampleService({ ready: false }) }))
  await vi.advanceTimersByTimeAsync(SECOND)
  expect(platformStatus).toHaveBeenCalledTimes(1)
  cachedKeys.mockRejectedValue(new Failure('part-unreachable', { part: 'cache' }))
  await vi.advanceTimersByTimeAsync(SECOND)
  expect(platformStatus).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(SECOND)
  watch.end()
  expect(platformStatus).toHaveBeenCalledTimes(2)
})
