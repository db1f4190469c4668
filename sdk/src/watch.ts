import type { ApiPromise } from './api-promise.ts'
import {
  type Circuit,
  type CircuitState,
  type Health,
  SERVICES,
  type ServiceName,
  type Transition,
} from './contract/index.ts'
import { isAbortError, isContractError, isSdkError, type SdkError } from './errors.ts'
import { sleep } from './interrupt.ts'
import { assertKnownOptions, type OptionNames } from './known-options.ts'
import type { CallOptions } from './options.ts'
import { milliseconds } from './run.ts'

/** What `watch` takes. */
export interface WatchOptions {
  /** The time from one look to the next, in milliseconds. Default: 1 000. */
  intervalMs?: number | undefined
  /** Ends the watch, quietly: the loop over it ends. */
  signal?: AbortSignal | undefined
}

const WATCH_OPTIONS: OptionNames<WatchOptions> = { intervalMs: true, signal: true }

/** What a watch tells. Transitions come before the health that shows their outcome. `at` is an ISO 8601 time. */
export type WatchEvent =
  | { type: 'health'; at: string; health: Health }
  | {
      type: 'transition'
      at: string
      service: ServiceName
      from: CircuitState
      to: CircuitState
      circuit: Circuit
    }
  | { type: 'unreachable'; at: string; error: SdkError }

/** The longest that one look may take, in milliseconds, so that a gateway that hangs is told of. */
const LOOK_TIMEOUT_MS = 5000

/**
 * Makes `gateway.watch`.
 *
 * @param closing ends all watches, when the client closes.
 */
export const createWatch = (health: (options: CallOptions) => ApiPromise<Health>, closing: AbortSignal) =>
  async function* watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent, void, undefined> {
    assertKnownOptions('gateway.watch', options, WATCH_OPTIONS)
    const { intervalMs = 1000, signal: given } = options
    milliseconds('intervalMs', intervalMs)
    const signal = given === undefined ? closing : AbortSignal.any([given, closing])
    let before: Health | undefined
    while (!signal.aborted) {
      const lookedAt = performance.now()
      try {
        const now = await health({ signal, maxRetries: 0, timeoutMs: LOOK_TIMEOUT_MS })
        const at = new Date().toISOString()
        if (before !== undefined) yield* changes(before, now, at)
        yield { type: 'health', at, health: now }
        before = now
      } catch (error) {
        if (isAbortError(error)) return
        // An answer that is none of the contract will be none at the next look either.
        if (!isSdkError(error) || isContractError(error)) throw error
        yield { type: 'unreachable', at: new Date().toISOString(), error }
      }
      await sleep(intervalMs - (performance.now() - lookedAt), signal)
    }
  }

function* changes(before: Health, now: Health, at: string): Generator<WatchEvent> {
  for (const service of SERVICES) {
    const circuit = now.circuits[service]
    for (const step of stepsBetween(before.circuits[service], circuit, at)) {
      yield { type: 'transition', service, ...step, circuit }
    }
  }
}

/**
 * What a circuit went through from one look to the next: by its own record, which also knows what was too short to be
 * seen; by comparison where that record has a gap, as after the gateway's restart.
 */
export function stepsBetween(before: Circuit, now: Circuit, at: string): Transition[] {
  const latest = before.transitions?.at(-1)
  // Other implementations of the platform keep no record.
  const record = now.transitions ?? []
  const seen = latest === undefined ? -1 : record.findLastIndex((step) => isSame(step, latest))
  const fresh =
    latest !== undefined && seen === -1
      ? record.filter((step) => step.at > latest.at)
      : record.slice(seen + 1)
  const isGapless = fresh.length > 0 && fresh[0]?.from === before.status && fresh.at(-1)?.to === now.status
  if (isGapless) return fresh
  return before.status === now.status ? [] : [{ from: before.status, to: now.status, at }]
}

const isSame = (a: Transition, b: Transition): boolean => a.at === b.at && a.from === b.from && a.to === b.to
