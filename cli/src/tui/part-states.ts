import type { Part } from '@msctl/platform/parts'
import type { PartState } from '@msctl/platform/platform'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { type DashboardState, ROWS } from './state.ts'

type Known = Pick<DashboardState, 'gateway' | 'platform'>

/** How each part is, as far as anybody has said: of the services the gateway, of all others the driver. */
export function partStates(known: Known): Partial<Record<Part, PartState>> {
  return Object.fromEntries(
    ROWS.flatMap((part) => {
      const state = stateOf(part, known)
      return state === undefined ? [] : [[part, state]]
    }),
  )
}

function stateOf(part: Part, { gateway, platform }: Known): PartState | undefined {
  if (gateway.state === 'up' && part === 'gateway') return 'up'
  if (gateway.state === 'up' && isService(part)) {
    const { reachable, ready } = gateway.status.services[part]
    if (!reachable) return 'down'
    return ready ? 'up' : 'not ready'
  }
  return platform?.parts.find(({ name }) => name === part)?.state
}

const isService = (part: Part): part is ServiceName => (SERVICES as readonly Part[]).includes(part)
