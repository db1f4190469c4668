import type { Circuit, CircuitState, Transition } from '@msctl/sdk/contract'
import CircuitBreaker from 'opossum'

/** How many of its latest transitions a circuit remembers. */
const REMEMBERED_TRANSITIONS = 20

/**
 * The leave to make one call, which ends in one outcome. A call whose outcome nobody will learn, because its caller hung
 * up, may end without; a trial may not, or the circuit would wait for it for ever.
 */
export interface Permit {
  /** Whether this is the one call that a half-open circuit lets through. */
  readonly isTrial: boolean
  succeed(): void
  fail(): void
}

/** A circuit breaker that opens after a number of failures in a row (contract: "Circuit breaker"). */
export interface Breaker {
  /** @returns `undefined` while the circuit lets no call through. */
  acquire(): Permit | undefined
  /** What `/health` says of it. */
  describe(): Circuit
  /** Stops its timers. */
  close(): void
}

/** When a circuit opens, and for how long. */
export interface BreakerOptions {
  /** How many failures in a row open it. */
  failures: number
  /** How long it then refuses before it lets one trial through. */
  resetSeconds: number
  onTransition?: (transition: Transition) => void
}

/**
 * opossum keeps the three states, the time until the trial, and the one place for it. It has no failures in a row, and
 * it lets the late outcome of an old call move the circuit, so calls are counted here: an outcome counts only for the
 * period, between two transitions, in which its call began.
 */
export function createBreaker({ failures, resetSeconds, onTransition }: BreakerOptions): Breaker {
  const circuit = new CircuitBreaker((verdict: Promise<void>) => verdict, {
    timeout: false,
    resetTimeout: resetSeconds * 1000,
    // Its own trip, by percentage, is out of reach.
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    rollingCountBuckets: 1,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  })

  let state: CircuitState = 'CLOSED'
  let period = 0
  let failuresInARow = 0
  let openedAtMs = 0
  let retryAtMs = 0
  const transitions: Transition[] = []

  function enter(next: CircuitState): void {
    const transition = { from: state, to: next, at: new Date().toISOString() }
    state = next
    period += 1
    transitions.push(transition)
    if (transitions.length > REMEMBERED_TRANSITIONS) transitions.shift()
    onTransition?.(transition)
  }

  circuit.on('open', () => {
    openedAtMs = Date.now()
    // Not by the wall clock, which may be set.
    retryAtMs = performance.now() + resetSeconds * 1000
    enter('OPEN')
  })
  circuit.on('halfOpen', () => enter('HALF_OPEN'))
  circuit.on('close', () => {
    failuresInARow = 0
    enter('CLOSED')
  })

  function permitCall(): Permit {
    const begunIn = period
    return {
      isTrial: false,
      succeed: () => {
        if (begunIn === period) failuresInARow = 0
      },
      fail: () => {
        if (begunIn !== period) return
        failuresInARow += 1
        if (failuresInARow >= failures) circuit.open()
      },
    }
  }

  function permitTrial(): Permit {
    let succeed = () => {}
    let fail: (reason: Error) => void = () => {}
    const verdict = new Promise<void>((resolve, reject) => {
      succeed = resolve
      fail = reject
    })
    // What comes of it is told by the events; the promise only repeats it.
    circuit.fire(verdict).catch(() => undefined)
    return { isTrial: true, succeed, fail: () => fail(new Error('The trial failed')) }
  }

  return {
    acquire: () => {
      if (circuit.closed) return permitCall()
      return circuit.pendingClose ? permitTrial() : undefined
    },
    describe: () => ({
      status: state,
      failure_count: failuresInARow,
      opened_at: state === 'CLOSED' ? null : new Date(openedAtMs).toISOString(),
      retry_in_seconds: state === 'CLOSED' ? null : secondsUntil(retryAtMs),
      transitions: [...transitions],
    }),
    close: () => circuit.shutdown(),
  }
}

const secondsUntil = (atMs: number): number => Math.max(0, Math.round(atMs - performance.now())) / 1000
