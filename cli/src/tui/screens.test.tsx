// Whole screens, as golden files in ../testing/dashboard-screens: `npx vitest run -u <this file>` writes them anew; look at the difference.
import { stripVTControlCharacters } from 'node:util'
import type { Language, ScenarioEvent } from '@msctl/scenarios'
import { renderToString } from 'ink'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { RenderContext } from '../context.ts'
import { describeTerminal } from '../print/terminal.ts'
import {
  NOON,
  openCircuit,
  sampleCircuit,
  samplePlatform,
  sampleService,
  sampleStatus,
} from '../testing/dashboard-sample.ts'
import { Dashboard } from './App.tsx'
import { type Action, reduce } from './reduce.ts'
import { type DashboardState, initialState, ROWS, type Size } from './state.ts'

const SMALL: Size = { columns: 80, rows: 24 }
const LARGE: Size = { columns: 200, rows: 50 }
const SECOND = 1_000
const URL = 'http://localhost:8000'

beforeEach(() => void vi.stubEnv('TZ', 'UTC'))

const terminal = describeTerminal({ isTTY: true, columns: 80, rows: 24 }, { TERM: 'xterm', NO_COLOR: '1' })
const renderingIn = (language: Language): RenderContext => ({
  language,
  terminal,
  ...{ quiet: false, verbose: false },
  now: NOON,
  self: 'msctl',
})

function draw(state: DashboardState, language: Language = 'en'): string {
  const frame = renderToString(<Dashboard state={state} rendering={renderingIn(language)} />, {
    columns: state.size.columns,
  })
  return stripVTControlCharacters(frame)
}

const after = (state: DashboardState, ...actions: Action[]) => actions.reduce(reduce, state)
const start = (size: Size) => initialState(NOON - 60 * SECOND, size)
const partsSeen = (...down: string[]): Action => ({
  type: 'parts-seen',
  at: NOON,
  platform: samplePlatform(...down),
})
const keysSeen: Action = {
  type: 'keys-seen',
  at: NOON,
  tookMs: 0.8,
  keys: [
    { key: 'order:1', ttlSeconds: 150 },
    { key: 'user:1', ttlSeconds: 298 },
    { key: 'user:2', ttlSeconds: 7 },
    { key: 'имя:\u001b[31m', ttlSeconds: null },
  ],
}

/** A minute in which users were asked more and more often. */
function minute(size: Size): DashboardState {
  const seconds = Array.from({ length: 60 }, (_, index) => index + 1)
  const looks = seconds.map((second): Action => {
    const latency = { p50: 2, p90: 4, p99: 2 + (second % 12), max: 20 }
    const users = sampleService({ requests_per_second: second / 4, latency })
    return {
      type: 'gateway-seen',
      at: NOON - (60 - second) * SECOND,
      url: URL,
      status: sampleStatus({ users }),
      tookMs: 3.2,
    }
  })
  return after(start(size), partsSeen(), ...looks, keysSeen)
}

/** Users was stopped, its circuit opened 18 seconds ago, and three seconds have passed since that was seen. */
function opened(size: Size): DashboardState {
  const users = sampleService({ reachable: false, ready: false, circuit: openCircuit(), failures_total: 5 })
  const status = sampleStatus({ users }, { status: 'degraded' })
  return after(
    minute(size),
    { type: 'gateway-seen', at: NOON, url: URL, status, tookMs: 4 },
    { type: 'happened', event: { type: 'loaded', sent: 200, failed: 139, at: NOON + SECOND } },
    { type: 'work-begun', work: { type: 'starting', part: 'users' } },
    { type: 'load-seen', load: { sent: 138, total: 200, failed: 130 } },
    { type: 'ticked', at: NOON + 3 * SECOND },
  )
}

const trouble = { code: 'unreachable', facts: { url: URL, reason: 'connect ECONNREFUSED 127.0.0.1:8000' } }
const away: Action = { type: 'gateway-away', at: NOON, url: URL, trouble }

const told = (event: object): Action => ({
  type: 'scenario-told',
  told: { event: { at: NOON, scenario: 'circuit-breaker', ...event } as ScenarioEvent },
})
const running = (size: Size) =>
  after(
    opened(size),
    { type: 'scenario-begun', title: 'Circuit breaker' },
    told({ type: 'step', phase: 'steps', index: 3, of: 8, title: 'Ask for a user until the circuit opens.' }),
    told({ type: 'request', method: 'GET', path: '/users/1', status: 502, durationMs: 1.8 }),
    told({ type: 'circuit', service: 'users', status: 'OPEN', failureCount: 5, retryInSeconds: 30 }),
    { type: 'scenario-does', doing: { what: 'users may be tried again', until: NOON + 12 * SECOND } },
  )

const line = (msg: string) => ({
  time: NOON,
  part: 'users' as const,
  level: 30,
  msg,
  fields: { path: '/users/1' },
})
const screens: Record<string, { readonly state: DashboardState; readonly language?: Language }> = {
  'before the first look': { state: start(SMALL) },
  'a busy minute': { state: minute(SMALL) },
  'a busy minute, large': { state: minute(LARGE) },
  'an open circuit': { state: opened(SMALL) },
  'an open circuit in Russian': { state: opened(SMALL), language: 'ru' },
  'a trial': {
    state: after(minute(SMALL), {
      type: 'gateway-seen',
      at: NOON,
      url: URL,
      status: sampleStatus({
        users: sampleService({ circuit: sampleCircuit({ ...openCircuit(), status: 'HALF_OPEN' }) }),
      }),
      tookMs: 4,
    }),
  },
  'the platform is down': { state: after(start(SMALL), partsSeen(...ROWS), away) },
  'the gateway is away': { state: after(minute(SMALL), partsSeen('gateway', 'cache'), away) },
  'a scenario': { state: running(SMALL) },
  'a scenario, large': { state: running(LARGE) },
  'a choice of scenarios': {
    state: after(minute(SMALL), {
      type: 'viewed',
      view: {
        type: 'choosing',
        at: 1,
        choices: [
          { name: 'cache-ttl', title: 'Cache-aside and TTL' },
          { name: 'circuit-breaker', title: 'Circuit breaker' },
        ],
      },
    }),
  },
  'the keys': { state: after(minute(SMALL), { type: 'viewed', view: { type: 'help' } }) },
  'the keys in Russian': {
    state: after(minute(SMALL), { type: 'viewed', view: { type: 'help' } }),
    language: 'ru',
  },
  'the logs': {
    state: after(
      minute(SMALL),
      { type: 'viewed', view: { type: 'logs', lines: [], back: 0 } },
      { type: 'logged', lines: [line('request'), line('Cache MISS\u001b[2J')] },
    ),
  },
}

test.for(Object.entries(screens))('%s', async ([name, { state, language }]) => {
  const frame = draw(state, language)
  // What is told in words fits.
  if (name.startsWith('the keys')) expect(frame).not.toContain('…')
  await expect(`${frame}\n`).toMatchFileSnapshot(
    `../testing/dashboard-screens/${name.replaceAll(/\W+/g, '-')}.txt`,
  )
  const lines = frame.split('\n')
  expect(lines.length).toBe(state.size.rows)
  expect(Math.max(...lines.map((each) => each.length))).toBeLessThanOrEqual(state.size.columns)
})

test('never shows more seconds until a trial than the gateway said, though the clock was set back', () => {
  const seen = opened(SMALL)
  const { gateway } = seen
  if (gateway.state !== 'up') throw new Error('The gateway is up in this sample')
  const said = Math.ceil(gateway.status.services.users.circuit.retry_in_seconds ?? 0)
  const early = { ...seen, now: gateway.seenAt - 900 }
  expect(draw(early)).toContain(` ${said} s ▸`)
})

describe('a terminal that is too small', () => {
  test.for([
    { columns: 79, rows: 24 },
    { columns: 80, rows: 23 },
  ])('of $columns × $rows is told so', (size) => {
    const frame = draw(minute(size)).replaceAll(/\s+/g, ' ')
    expect(frame).toContain(`needs 80 × 24; this terminal has ${size.columns} × ${size.rows}.`)
  })
})

test('every size from the smallest on is filled and not overrun', () => {
  for (const columns of [80, 120, 149, 150, 240]) {
    for (const rows of [24, 39, 40]) {
      for (const state of [opened({ columns, rows }), running({ columns, rows })]) {
        const lines = draw(state).split('\n')
        expect({ columns, rows, lines: lines.length }).toEqual({ columns, rows, lines: rows })
        // Each line between the first and the last ends with the border of a panel.
        expect(lines.slice(1, -1).map((each) => each.length)).toEqual(Array(rows - 2).fill(columns))
      }
    }
  }
})
