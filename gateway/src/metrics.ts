import { Counter, Gauge, type Metrics } from '@msctl/kit'
import { CircuitState, SERVICES, type ServiceName } from '@msctl/sdk/contract'

/** How a call of a service failed. A `cut` answer ended before it was complete. */
export type FailureKind = 'unreachable' | 'lost' | 'timeout' | 'status' | 'cut'

/** What the gateway counts besides its own requests. */
export interface GatewayMetrics {
  observeTransition(service: ServiceName, to: CircuitState): void
  observeFailure(service: ServiceName, kind: FailureKind): void
  observeRejection(service: ServiceName): void
  observeRefusal(reason: 'overload' | 'rate' | 'key'): void
}

/** Adds the gateway's metrics to those of the process. */
export function createGatewayMetrics({ registry }: Metrics): GatewayMetrics {
  const registers = [registry]
  const state = new Gauge({
    name: 'circuit_state',
    help: 'Which state the circuit of an upstream is in: 1 for that, 0 for the others.',
    labelNames: ['upstream', 'state'],
    registers,
  })
  const transitions = new Counter({
    name: 'circuit_transitions_total',
    help: 'Changes of the state of the circuit of an upstream, by the state that it entered.',
    labelNames: ['upstream', 'to'],
    registers,
  })
  const failures = new Counter({
    name: 'upstream_failures_total',
    help: 'Failed calls of an upstream, by how they failed.',
    labelNames: ['upstream', 'kind'],
    registers,
  })
  const rejections = new Counter({
    name: 'circuit_rejected_total',
    help: 'Requests that the circuit of an upstream did not let through.',
    labelNames: ['upstream'],
    registers,
  })
  const refusals = new Counter({
    name: 'requests_refused_total',
    help: 'Requests that were not let in: too much to do, too many of one caller, no valid key.',
    labelNames: ['reason'],
    registers,
  })

  function show(upstream: ServiceName, current: CircuitState): void {
    for (const each of CircuitState.options) {
      state.set({ upstream, state: each }, each === current ? 1 : 0)
    }
  }
  for (const upstream of SERVICES) {
    show(upstream, 'CLOSED')
    rejections.inc({ upstream }, 0)
  }

  return {
    observeTransition: (upstream, to) => {
      show(upstream, to)
      transitions.inc({ upstream, to })
    },
    observeFailure: (upstream, kind) => failures.inc({ upstream, kind }),
    observeRejection: (upstream) => rejections.inc({ upstream }),
    observeRefusal: (reason) => refusals.inc({ reason }),
  }
}
