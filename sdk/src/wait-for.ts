import type { Circuit, CircuitState, ServiceName } from './contract/index.ts'
import { AbortError, ConnectionError, type FailedCall, type SdkError, TimeoutError } from './errors.ts'
import { MAX_TIMER_MS } from './interrupt.ts'
import { assertKnownOptions, type OptionNames } from './known-options.ts'
import type { Gateway } from './resources/gateway.ts'
import { milliseconds } from './run.ts'

/** What `waitFor` takes. */
export interface WaitForOptions {
  /** How long to wait, in milliseconds. Default: 60 000. */
  timeoutMs?: number | undefined
  /** The time from one look to the next, in milliseconds. Default: 100. */
  intervalMs?: number | undefined
  signal?: AbortSignal | undefined
}

const WAIT_FOR_OPTIONS: OptionNames<WaitForOptions> = { timeoutMs: true, intervalMs: true, signal: true }

/**
 * Waits until a service's circuit is in a state, or has been in it since the wait began, however shortly. A gateway that
 * cannot be reached meanwhile is waited for as well.
 *
 * @returns the circuit as it was when the state was noticed.
 * @throws {TimeoutError} that says which state it was in instead. @throws {AbortError}
 */
export type WaitFor = (
  service: ServiceName,
  state: CircuitState,
  options?: WaitForOptions,
) => Promise<Circuit>

/** Makes `waitFor`, on top of a watch. */
export const createWaitFor =
  (watch: Gateway['watch'], url: string): WaitFor =>
  async (service, state, options = {}) => {
    assertKnownOptions('waitFor', options, WAIT_FOR_OPTIONS)
    const { timeoutMs = 60_000, intervalMs = 100, signal } = options
    const deadline = AbortSignal.timeout(Math.min(milliseconds('timeoutMs', timeoutMs), MAX_TIMER_MS))
    const events = watch({
      intervalMs,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    let seen: CircuitState | undefined
    let error: SdkError | undefined
    let looks = 0

    for await (const event of events) {
      if (event.type === 'unreachable') {
        error = event.error
        looks += 1
      } else if (event.type === 'transition') {
        if (event.service === service && event.to === state) return event.circuit
      } else {
        const circuit = event.health.circuits[service]
        if (circuit.status === state) return circuit
        seen = circuit.status
        error = undefined
        looks += 1
      }
    }

    const of: FailedCall = {
      call: 'waitFor',
      method: 'GET',
      url,
      requestId: error?.requestId ?? '-',
      attempts: looks,
    }
    if (signal?.aborted) throw new AbortError(of, signal.reason)
    if (!deadline.aborted) throw new ConnectionError(of, 'this client was closed', 'client-closed')
    const what = `never showed ${service} ${state}${seen === undefined ? '' : `, but ${seen},`}`
    throw new TimeoutError(of, timeoutMs, error, what)
  }
