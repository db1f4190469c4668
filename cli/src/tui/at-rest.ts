import { SERVICES } from '@msctl/sdk/contract'
import type { DashboardState } from './state.ts'

/** From here on a key's last seconds are counted one by one, in seconds. */
const LAST_SECONDS = 10
/** What changes only when something happens. */
const EVENTFUL = ['events', 'view', 'work', 'load', 'scenario', 'size', 'selected'] as const

/**
 * Whether a change shows nothing but that time goes by: clocks, latencies, memory, bars that become shorter. On a platform on which
 * nothing happens, nobody needs to see these every second.
 */
export function isUneventful(before: DashboardState, after: DashboardState): boolean {
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
