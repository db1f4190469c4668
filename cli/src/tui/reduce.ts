import type { CachedKey } from '@msctl/platform/cached-keys'
import type { LogLine } from '@msctl/platform/log-line'
import type { PlatformStatus } from '@msctl/platform/platform'
import { SERVICES, type ServiceName, type Status } from '@msctl/sdk/contract'
import type { ToldEvent } from '../commands/scenario/tell-run.ts'
import {
  type DashboardEvent,
  type DashboardState,
  type Load,
  MAX_EVENTS,
  MAX_LOG_LINES,
  MAX_SAMPLES,
  MAX_TOLD,
  partStates,
  ROWS,
  type ScenarioView,
  type Size,
  type Trouble,
  type View,
  type Work,
} from './state.ts'

/** What the dashboard learns, or is told by a key. `at` is in epoch milliseconds. */
export type Action =
  | { readonly type: 'ticked'; readonly at: number }
  | { readonly type: 'resized'; readonly size: Size }
  | {
      readonly type: 'gateway-seen'
      readonly at: number
      readonly url: string
      readonly status: Status
      readonly tookMs: number
    }
  | {
      readonly type: 'gateway-away'
      readonly at: number
      readonly url: string | undefined
      readonly trouble: Trouble
    }
  | { readonly type: 'parts-seen'; readonly at: number; readonly platform: PlatformStatus | undefined }
  | {
      readonly type: 'keys-seen'
      readonly at: number
      readonly keys: readonly CachedKey[]
      readonly tookMs: number
    }
  | { readonly type: 'cache-away'; readonly at: number; readonly trouble: Trouble }
  | { readonly type: 'selected'; readonly step: 1 | -1 }
  | { readonly type: 'viewed'; readonly view: View }
  | { readonly type: 'logged'; readonly lines: readonly LogLine[] }
  /** @param lines Back, towards what is older. */
  | { readonly type: 'scrolled'; readonly lines: number }
  | { readonly type: 'chose'; readonly step: 1 | -1 }
  | { readonly type: 'scenario-begun'; readonly title: string }
  | { readonly type: 'scenario-told'; readonly told: ToldEvent }
  | { readonly type: 'scenario-does'; readonly doing: ScenarioView['doing'] }
  | { readonly type: 'scenario-ended' }
  | { readonly type: 'scenario-closed' }
  | { readonly type: 'work-begun'; readonly work: Work }
  | { readonly type: 'work-ended' }
  /** Without a load: it is over. */
  | { readonly type: 'load-seen'; readonly load: Load | undefined }
  | { readonly type: 'happened'; readonly event: DashboardEvent }

/** What follows from an action. Pure; everything that grows is bounded. */
export function reduce(state: DashboardState, action: Action): DashboardState {
  switch (action.type) {
    case 'ticked':
      return { ...state, now: action.at }
    case 'resized':
      return { ...state, size: action.size }
    case 'gateway-seen':
      return withChangedParts(state, seeGateway(state, action))
    case 'gateway-away':
      return withChangedParts(state, {
        ...state,
        now: action.at,
        url: action.url,
        gateway: { state: 'away', trouble: action.trouble },
      })
    case 'parts-seen':
      return withChangedParts(state, { ...state, now: action.at, platform: action.platform })
    case 'keys-seen': {
      const { keys, at, tookMs } = action
      return { ...state, now: at, cache: { state: 'up', keys, seenAt: at, tookMs } }
    }
    case 'cache-away':
      return { ...state, now: action.at, cache: { state: 'away', trouble: action.trouble } }
    case 'selected': {
      const index = ROWS.indexOf(state.selected) + action.step
      return { ...state, selected: ROWS[(index + ROWS.length) % ROWS.length] ?? state.selected }
    }
    case 'viewed':
      return { ...state, view: action.view }
    case 'logged':
      return { ...state, view: addLines(state.view, action.lines) }
    case 'scrolled':
      return scrollBy(state, action.lines)
    case 'chose':
      return { ...state, view: choose(state.view, action.step) }
    case 'scenario-begun':
    case 'scenario-told':
    case 'scenario-does':
    case 'scenario-ended':
    case 'scenario-closed':
      return { ...state, scenario: reduceScenario(state.scenario, action) }
    case 'work-begun':
      return { ...state, work: action.work }
    case 'work-ended':
      return { ...state, work: undefined }
    case 'load-seen':
      return { ...state, load: action.load }
    case 'happened':
      return addEvents(state, [action.event])
  }
}

function seeGateway(
  state: DashboardState,
  { at, url, status, tookMs }: Extract<Action, { type: 'gateway-seen' }>,
): DashboardState {
  const before = state.gateway.state === 'up' ? state.gateway.status : undefined
  const wasRestarted = before !== undefined && before.started_at !== status.started_at
  const comparable = wasRestarted ? undefined : before
  const events = [
    ...(wasRestarted ? [{ type: 'gateway-restarted', at } as const] : []),
    ...SERVICES.flatMap((service) => [
      ...newTransitions(state, service, status, wasRestarted),
      ...newFailures(service, comparable, status, at),
    ]),
  ]
  const opened = SERVICES.map((service) => status.services[service].circuit).find(
    (circuit) => circuit.status === 'OPEN' && circuit.failure_count > 0,
  )
  const sampled = {
    ...state,
    now: at,
    url,
    gateway: { state: 'up', status, seenAt: at, tookMs } as const,
    traffic: {
      users: addSample(state, 'users', status),
      orders: addSample(state, 'orders', status),
      payments: addSample(state, 'payments', status),
    },
    failuresToOpen: opened?.failure_count ?? state.failuresToOpen,
  }
  return addEvents(
    sampled,
    events.sort((a, b) => a.at - b.at),
  )
}

/** What a circuit's own record has that was not there yet. Before anything was seen, its past is no news. */
function newTransitions(
  { gateway }: DashboardState,
  service: ServiceName,
  status: Status,
  wasRestarted: boolean,
): DashboardEvent[] {
  if (gateway.state !== 'up') return []
  const known = wasRestarted ? undefined : gateway.status.services[service].circuit.transitions.at(-1)
  return status.services[service].circuit.transitions
    .filter(({ at }) => known === undefined || at > known.at)
    .map(({ from, to, at }) => ({ type: 'transition', service, from, to, at: Date.parse(at) }))
}

function newFailures(
  service: ServiceName,
  before: Status | undefined,
  now: Status,
  at: number,
): DashboardEvent[] {
  if (before === undefined) return []
  const count = now.services[service].failures_total - before.services[service].failures_total
  return count > 0 ? [{ type: 'failures', service, count, at }] : []
}

function addSample({ traffic }: DashboardState, service: ServiceName, { services }: Status) {
  const { requests_per_second: requestsPerSecond, latency } = services[service]
  const sample = { requestsPerSecond, p50: latency.p50, p99: latency.p99 }
  return [...traffic[service].slice(1 - MAX_SAMPLES), sample]
}

/** Tells of parts that are no longer as they were. What was not known before is no news. */
function withChangedParts(before: DashboardState, now: DashboardState): DashboardState {
  const [old, present] = [partStates(before), partStates(now)]
  const changed = ROWS.flatMap((part): DashboardEvent[] => {
    const state = present[part]
    const isNews = old[part] !== undefined && state !== undefined && old[part] !== state
    return isNews ? [{ type: 'part', part, state, at: now.now }] : []
  })
  return addEvents(now, changed)
}

/** Adds events; failures that go on are one event that grows. */
function addEvents(state: DashboardState, added: readonly DashboardEvent[]): DashboardState {
  if (added.length === 0) return state
  const events = [...state.events]
  for (const event of added) {
    const last = events.at(-1)
    const goesOn = event.type === 'failures' && last?.type === 'failures' && last.service === event.service
    if (goesOn) events.pop()
    events.push(goesOn ? { ...event, count: last.count + event.count } : event)
  }
  return { ...state, events: events.slice(-MAX_EVENTS) }
}

function addLines(view: View, lines: readonly LogLine[]): View {
  if (view.type !== 'logs') return view
  // Who has scrolled back goes on reading the same lines.
  const back = view.back === 0 ? 0 : view.back + lines.length
  return scroll({ ...view, lines: [...view.lines, ...lines].slice(-MAX_LOG_LINES), back }, 0)
}

/** The logs, if they are open, else the scenario. */
function scrollBy(state: DashboardState, lines: number): DashboardState {
  const { view, scenario } = state
  if (view.type === 'logs') return { ...state, view: scroll(view, lines) }
  if (scenario === undefined) return state
  return { ...state, scenario: { ...scenario, back: Math.max(0, scenario.back + lines) } }
}

function choose(view: View, step: 1 | -1): View {
  if (view.type !== 'choosing') return view
  const { length } = view.choices
  return { ...view, at: (view.at + step + length) % length }
}

function reduceScenario(
  scenario: ScenarioView | undefined,
  action: Extract<Action, { type: `scenario-${string}` }>,
): ScenarioView | undefined {
  if (action.type === 'scenario-begun')
    return { title: action.title, isRunning: true, told: [], doing: undefined, back: 0 }
  if (scenario === undefined || action.type === 'scenario-closed') return undefined
  switch (action.type) {
    case 'scenario-told':
      return { ...scenario, told: [...scenario.told, action.told].slice(-MAX_TOLD) }
    case 'scenario-does':
      return { ...scenario, doing: action.doing }
    case 'scenario-ended':
      return { ...scenario, isRunning: false, doing: undefined }
  }
}

function scroll(view: View, lines: number): View {
  if (view.type !== 'logs') return view
  return { ...view, back: Math.max(0, Math.min(view.lines.length - 1, view.back + lines)) }
}
