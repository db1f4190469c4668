import type { LogLine } from '@msctl/platform/log-line'
import { expect, test, vi } from 'vitest'
import type { ToldEvent } from '../commands/scenario/tell-run.ts'
import { Failure } from '../failure.ts'
import { NOON, samplePlatform } from '../testing/dashboard-sample.ts'
import { createController, showProgress } from './controller.ts'
import type { Action } from './reduce.ts'
import { initialState } from './state.ts'
import { createStore, type Store } from './store.ts'
import type { World } from './world.ts'

const never = () => new Promise<never>(() => undefined)
/** What comes of a signal: the end of what was followed. */
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

function setUp(changes: Partial<World> = {}) {
  const store = createStore(initialState(NOON, { columns: 80, rows: 24 }))
  const world: World = {
    url: () => 'http://localhost:8000',
    gatewayStatus: never,
    platformStatus: never,
    cachedKeys: never,
    followLogs: async function* () {},
    bringUp: never,
    start: vi.fn(async () => undefined),
    stop: vi.fn(async () => undefined),
    kill: vi.fn(async () => undefined),
    flush: async () => ({ removed: 3 }),
    load: async () => ({ sent: 200, failed: 1 }),
    scenarios: async () => [
      { name: 'first', title: 'The first' },
      { name: 'second', title: 'The second' },
    ],
    runScenario: async function* () {},
    ...changes,
  }
  const look = vi.fn()
  const onLeave = vi.fn()
  const controller = createController({ store, world, watch: { look }, onLeave, now: () => NOON })
  return { store, world, look, onLeave, controller, wish: controller.wish }
}

const see = (store: Store, ...down: string[]) =>
  store.dispatch({ type: 'parts-seen', at: NOON, platform: samplePlatform(...down) })

test('a part that runs is stopped, one that does not is started, and then is looked at', async () => {
  const { store, world, look, controller, wish } = setUp()
  see(store)
  wish('toggle')
  expect(store.get().work).toEqual({ type: 'stopping', part: 'users' })
  await controller.end()
  expect(world.stop).toHaveBeenCalledExactlyOnceWith('users')
  expect(store.get().work).toBeUndefined()
  expect(look).toHaveBeenCalledOnce()

  see(store, 'orders')
  wish('down')
  wish('toggle')
  await controller.end()
  expect(world.start).toHaveBeenCalledExactlyOnceWith('orders')
})

test('a key that comes while a part is being changed is as if it had not been pressed', async () => {
  const { store, world, wish } = setUp({ stop: vi.fn(never) })
  see(store)
  wish('toggle')
  wish('kill')
  expect(world.stop).toHaveBeenCalledOnce()
  expect(world.kill).not.toHaveBeenCalled()
})

test('what fails is told, and the next key works', async () => {
  const failure = new Failure('part-unreachable', { part: 'cache' })
  const { store, controller, wish } = setUp({ flush: () => Promise.reject(failure) })
  wish('flush')
  await controller.end()
  const trouble = { code: 'part-unreachable', facts: { part: 'cache' } }
  expect(store.get().events).toEqual([{ type: 'trouble', trouble, at: NOON }])
  expect(store.get().work).toBeUndefined()
})

test('a load goes on beside other work, and tells how far it is', async () => {
  let finish: (report: { sent: number; failed: number }) => void = () => undefined
  const load = () => new Promise<{ sent: number; failed: number }>((resolve) => (finish = resolve))
  const { store, world, controller, wish } = setUp({ load })
  see(store)
  wish('load')
  showProgress(store, { type: 'loading', sent: 50, total: 200, failed: 2 })
  wish('kill')
  expect(world.kill).toHaveBeenCalledOnce()
  expect(store.get().load).toEqual({ sent: 50, total: 200, failed: 2 })
  finish({ sent: 200, failed: 4 })
  await controller.end()
  expect(store.get().load).toBeUndefined()
  expect(store.get().events).toEqual([{ type: 'loaded', sent: 200, failed: 4, at: NOON }])
})

test('the logs are followed while they are looked at, without what looking causes', async () => {
  const line = (msg: string, fields: object = {}, level = 30): LogLine => ({
    time: NOON,
    part: 'users',
    level,
    msg,
    fields: { ...fields },
  })
  let hasEnded = false
  const followLogs: World['followLogs'] = async function* (signal) {
    yield line('request', { path: '/users/1' })
    yield line('request', { path: '/status' })
    yield line('detail', {}, 20)
    await aborted(signal)
    hasEnded = true
  }
  const { store, controller, wish } = setUp({ followLogs })
  wish('logs')
  await vi.waitFor(() => expect(store.get().view).toMatchObject({ lines: [{ msg: 'request' }] }))
  wish('logs')
  expect(store.get().view).toEqual({ type: 'overview' })
  await controller.end()
  expect(hasEnded).toBe(true)
})

test('a scenario is chosen and run; Esc ends it, and closes it once all is put back', async () => {
  const happened = { event: { type: 'said', text: 'something' } } as ToldEvent
  let putBack = () => {}
  const ran: string[] = []
  const runScenario: World['runScenario'] = async function* (name, signal) {
    ran.push(name)
    yield happened
    await aborted(signal)
    await new Promise<void>((resolve) => (putBack = resolve))
    yield { event: { type: 'end' } } as ToldEvent
  }
  const { store, controller, wish } = setUp({ runScenario })
  wish('scenario')
  await vi.waitFor(() => expect(store.get().view.type).toBe('choosing'))
  wish('down')
  wish('choose')
  expect(store.get().view.type).toBe('overview')
  await vi.waitFor(() =>
    expect(store.get().scenario).toMatchObject({ title: 'The second', told: [happened] }),
  )
  expect(ran).toEqual(['second'])

  wish('back')
  wish('back')
  expect(store.get().scenario?.isRunning).toBe(true)
  await vi.waitFor(() => {
    putBack()
    expect(store.get().scenario).toMatchObject({ isRunning: false, told: [happened, {}] })
  })
  wish('back')
  expect(store.get().scenario).toBeUndefined()
  await controller.end()
})

test('leaving is told, and waits for what is under way', async () => {
  let stopped: () => void = () => undefined
  const stop = () => new Promise<void>((resolve) => (stopped = resolve))
  const { store, onLeave, controller, wish } = setUp({ stop })
  see(store)
  wish('toggle')
  wish('quit')
  expect(onLeave).toHaveBeenCalledExactlyOnceWith('key')
  let hasEnded = false
  const ending = controller.end().then(() => (hasEnded = true))
  await Promise.resolve()
  expect(hasEnded).toBe(false)
  stopped()
  await ending
})

test('help and overview take turns', () => {
  const { store, wish } = setUp()
  wish('help')
  expect(store.get().view).toEqual({ type: 'help' })
  wish('help')
  expect(store.get().view).toEqual({ type: 'overview' })
  wish('help')
  wish('back')
  expect(store.get().view).toEqual({ type: 'overview' })
})

test('of a burst, subscribers are told once; of a key at once', () => {
  vi.useFakeTimers()
  const store = createStore(initialState(NOON, { columns: 80, rows: 24 }))
  const listener = vi.fn()
  const unsubscribe = store.subscribe(listener)
  const tick = (at: number): Action => ({ type: 'ticked', at })
  store.dispatch(tick(1))
  store.dispatch(tick(2))
  vi.advanceTimersByTime(100)
  expect(listener).not.toHaveBeenCalled()
  store.dispatch({ type: 'selected', step: 1 })
  vi.advanceTimersByTime(10)
  expect(listener).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(1_000)
  expect(listener).toHaveBeenCalledOnce()
  unsubscribe()
  store.dispatch(tick(3))
  vi.advanceTimersByTime(1_000)
  expect(listener).toHaveBeenCalledOnce()
  vi.useRealTimers()
})
