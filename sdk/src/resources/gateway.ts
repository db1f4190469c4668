import type { ApiPromise } from '../api-promise.ts'
import { Health, Ready, Status } from '../contract/index.ts'
import type { Call } from '../endpoint.ts'
import type { CallOptions } from '../options.ts'
import { createWatch, type WatchEvent, type WatchOptions } from '../watch.ts'

/** The gateway itself. */
export interface Gateway {
  /** The circuits. Answered by the gateway alone, also while no service is up. */
  health(options?: CallOptions): ApiPromise<Health>
  /** All that a dashboard draws: services, latencies, rates, the cache's share. */
  status(options?: CallOptions): ApiPromise<Status>
  /** Whether the gateway can do its work; `not ready` is an answer, not an error. */
  ready(options?: CallOptions): ApiPromise<Ready>
  /** The gateway's metrics, in Prometheus' text format. */
  metrics(options?: CallOptions): ApiPromise<string>
  /** Health, again and again, and the changes of the circuits' states in between. Ends with the signal, or with the client. */
  watch(options?: WatchOptions): AsyncIterableIterator<WatchEvent>
}

/**
 * Makes the calls of the gateway.
 *
 * @param closing ends the watches, when the client closes.
 */
export function createGateway(call: Call, closing: AbortSignal): Gateway {
  const health: Gateway['health'] = (options) =>
    call({ call: 'gateway.health', method: 'GET', path: '/health', answer: Health }, options)
  return {
    health,
    status: (options) =>
      call({ call: 'gateway.status', method: 'GET', path: '/status', answer: Status }, options),
    ready: (options) =>
      call(
        { call: 'gateway.ready', method: 'GET', path: '/ready', answer: Ready, acceptedStatus: 503 },
        options,
      ),
    metrics: (options) =>
      call<string>({ call: 'gateway.metrics', method: 'GET', path: '/metrics', answer: 'text' }, options),
    watch: createWatch(health, closing),
  }
}
