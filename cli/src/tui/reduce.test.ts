import type { LogLine } from '@msctl/platform/log-line'
import { describe, expect, test } from 'vitest'
import type { ToldEvent } from '../commands/scenario/tell-run.ts'
import {
  iso,
  NOON,
  openCircuit,
  sampleCircuit,
  samplePlatform,
  sampleService,
  sampleStatus,
} from '../testing/dashboard-sample.ts'
import { type Action, reduce } from './reduce.ts'
import {
  type DashboardState,
  initialState,
  MAX_EVENTS,
  MAX_LOG_LINES,
  MAX_SAMPLES,
  MAX_TOLD,
} from './state.ts'

const SECOND = 1_000
const start = () => initialState(NOON, { columns: 80, rows: 24 })
const after = (state: DashboardState, ...actions: Action[]) => actions.reduce(reduce, state)
const seen = (status = sampleStatus(), at = NOON): Action => ({
  type: 'gateway-seen',
  at,
  url: 'http://localhost:8000',
  status,
  tookMs: 3,
})
const partsSeen = (...down: string[]): Action => ({
  type: 'parts-seen',
  at: NOON,
  platform: samplePlatform(...down),
})
const told = ({ events }: DashboardState) => events.map(({ at, ...event }) => event)

describe('the events', () => {
  test('what was before the first look is no news', () => {
    const status = sampleStatus({ users: sampleService({ circuit: openCircuit(), reachable: false }) })
    expect(after(start(), seen(status), partsSeen('users', 'cache')).events).toEqual([])
  })

  test('tell of each transition once, at the time that the circuit says, also of those too short to be seen', () => {
    const flickered = sampleCircuit({
      transitions: [
        { from: 'CLOSED', to: 'OPEN', at: iso(NOON + 100) },
        { from: 'OPEN', to: 'HALF_OPEN', at: iso(NOON + 200) },
        { from: 'HALF_OPEN', to: 'CLOSED', at: iso(NOON + 300) },
      ],
    })
    const status = sampleStatus({ orders: sampleService({ circuit: flickered }) })
    const state = after(start(), seen(), seen(status, NOON + SECOND), seen(status, NOON + 2 * SECOND))
    expect(state.events).toEqual([
      { type: 'transition', service: 'orders', from: 'CLOSED', to: 'OPEN', at: NOON + 100 },
      { type: 'transition', service: 'orders', from: 'OPEN', to: 'HALF_OPEN', at: NOON + 200 },
      { type: 'transition', service: 'orders', from: 'HALF_OPEN', to: 'CLOSED', at: NOON + 300 },
    ])
  })

  test('tell of a part that goes and comes back', () => {
    const gone = sampleStatus({ users: sampleService({ reachable: false, ready: false }) })
    const state = after(start(), partsSeen(), seen(), seen(gone), seen(), partsSeen('db'))
    expect(told(state)).toEqual([
      { type: 'part', part: 'users', state: 'down' },
      { type: 'part', part: 'users', state: 'up' },
      { type: 'part', part: 'db', state: 'down' },
    ])
  })

  test('gather failures that go on into one that grows', () => {
    const failed = (failures_total: number) => sampleStatus({ users: sampleService({ failures_total }) })
    expect(told(after(start(), seen(failed(2)), seen(failed(3)), seen(failed(5))))).toEqual([
      { type: 'failures', service: 'users', count: 3 },
    ])
  })

  test('take a gateway that counts anew for one that was restarted', () => {
    const before = sampleStatus({ users: sampleService({ failures_total: 9 }) })
    const restarted = sampleStatus({}, { started_at: iso(NOON) })
    expect(told(after(start(), seen(before), seen(restarted)))).toEqual([{ type: 'gateway-restarted' }])
  })
})

test('how many failures open a circuit is learnt from one that has opened', () => {
  expect(start().failuresToOpen).toBe(5)
  const circuit = { ...openCircuit(), failure_count: 3 }
  const state = after(start(), seen(sampleStatus({ payments: sampleService({ circuit }) })), seen())
  expect(state.failuresToOpen).toBe(3)
})

test('while the gateway is away, what the driver says of the services counts', () => {
  const trouble = { code: 'unreachable', facts: {} }
  const away: Action = { type: 'gateway-away', at: NOON, url: 'http://localhost:8000', trouble }
  const state = after(start(), partsSeen(), seen(), away, partsSeen('gateway', 'users'))
  expect(state.gateway).toEqual({ state: 'away', trouble })
  expect(told(state)).toEqual([
    { type: 'part', part: 'gateway', state: 'down' },
    { type: 'part', part: 'users', state: 'down' },
  ])
})

test('the selection goes round', () => {
  const up: Action = { type: 'selected', step: -1 }
  expect(after(start(), up).selected).toBe('gateway')
  expect(after(start(), up, up).selected).toBe('db')
  expect(after(start(), up, up, { type: 'selected', step: 1 }).selected).toBe('gateway')
})

describe('the logs', () => {
  const line = (msg: string): LogLine => ({ time: NOON, part: 'users', level: 30, msg, fields: {} })
  const open: Action = { type: 'viewed', view: { type: 'logs', lines: [], back: 0 } }
  const three: Action = { type: 'logged', lines: [line('1'), line('2'), line('3')] }

  test('who has scrolled back goes on reading the same lines', () => {
    const state = after(
      start(),
      open,
      three,
      { type: 'scrolled', lines: 1 },
      { type: 'logged', lines: [line('4')] },
    )
    expect(state.view).toMatchObject({ type: 'logs', back: 2 })
  })

  test('scroll no further than there are lines', () => {
    expect(after(start(), open, three, { type: 'scrolled', lines: 9 }).view).toMatchObject({ back: 2 })
    expect(after(start(), open, three, { type: 'scrolled', lines: -9 }).view).toMatchObject({ back: 0 })
  })

  test('are let go when they are closed', () => {
    const closed = after(start(), open, three, { type: 'viewed', view: { type: 'overview' } }, three)
    expect(closed.view).toEqual({ type: 'overview' })
  })
})

test('a day in which everything changes at every look takes no more memory than an hour', {
  timeout: 60_000,
}, () => {
  const lines: LogLine[] = [{ time: NOON, part: 'users', level: 30, msg: 'a line', fields: {} }]
  const lookSeconds = 4
  const look = (state: DashboardState, index: number): DashboardState => {
    const at = NOON + index * lookSeconds * SECOND
    const circuit = index % 2 === 0 ? openCircuit() : sampleCircuit()
    const transitions = [{ from: 'CLOSED' as const, to: 'OPEN' as const, at: iso(at) }]
    const users = sampleService({
      circuit: { ...circuit, transitions },
      reachable: index % 3 === 0,
      failures_total: index,
      latency: { p50: 1, p90: 1, p99: 1, max: 1 },
    })
    return after(
      state,
      seen(sampleStatus({ users }), at),
      partsSeen(...(index % 5 === 0 ? ['cache'] : [])),
      { type: 'keys-seen', at, keys: [{ key: `user:${index % 100}`, ttlSeconds: 300 }], tookMs: 1 },
      { type: 'logged', lines },
    )
  }
  const run = (from: number, looks: number, state: DashboardState) =>
    Array.from({ length: looks }, (_, index) => from + index).reduce(look, state)
  const size = (state: DashboardState) => JSON.stringify(state).length

  const logs: Action = { type: 'viewed', view: { type: 'logs', lines: [], back: 0 } }
  const anHour = 3_600 / lookSeconds
  const hour = run(0, anHour, reduce(start(), logs))
  const day = run(anHour, 23 * anHour, hour)
  expect(day.events).toHaveLength(MAX_EVENTS)
  expect(day.traffic.users).toHaveLength(MAX_SAMPLES)
  expect(day.view).toMatchObject({ lines: { length: MAX_LOG_LINES } })
  // Larger numbers have more digits.
  expect(size(day)).toBeLessThan(size(hour) * 1.02)
})

test('a scenario that tells much is remembered in part', () => {
  const told = { event: { type: 'said', text: 'x' } } as ToldEvent
  const begun = after(start(), { type: 'scenario-begun', title: 'Long' })
  const state = Array.from({ length: MAX_TOLD + 10 }).reduce<DashboardState>(
    (before) => reduce(before, { type: 'scenario-told', told }),
    begun,
  )
  expect(state.scenario?.told).toHaveLength(MAX_TOLD)
})
