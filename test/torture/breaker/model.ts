import type { CircuitState } from '@msctl/sdk/contract'

/** How many failures in a row open a circuit, and for how long it then refuses (contract: "Circuit breaker"). */
export const FAILURES = 5
export const RESET_MS = 30_000

/** A call that the model has let through. */
export interface ModelPermit {
  isTrial: boolean
  /** The stretch between two transitions in which it began: its outcome counts only there. */
  period: number
}

/** What the contract says of a circuit, as simply as it can be said. */
export class BreakerModel {
  status: CircuitState = 'CLOSED'
  failures = 0
  transitions: string[] = []
  private nowMs = 0
  private openedAtMs = 0
  private period = 0
  private isTrialOut = false

  advance(ms: number): void {
    this.nowMs += ms
    if (this.status === 'OPEN' && this.nowMs >= this.openedAtMs + RESET_MS) this.enter('HALF_OPEN')
  }

  /** How long until the trial, in milliseconds. */
  get untilTrialMs(): number {
    return this.openedAtMs + RESET_MS - this.nowMs
  }

  acquire(): ModelPermit | undefined {
    if (this.status === 'OPEN' || (this.status === 'HALF_OPEN' && this.isTrialOut)) return undefined
    const isTrial = this.status === 'HALF_OPEN'
    if (isTrial) this.isTrialOut = true
    return { isTrial, period: this.period }
  }

  succeed(permit: ModelPermit): void {
    if (permit.period !== this.period) return
    this.failures = 0
    if (permit.isTrial) this.enter('CLOSED')
  }

  fail(permit: ModelPermit): void {
    if (permit.period !== this.period) return
    // A trial that fails opens the circuit again; what is shown is still what opened it first.
    if (!permit.isTrial) this.failures += 1
    if (permit.isTrial || this.failures >= FAILURES) this.enter('OPEN')
  }

  private enter(next: CircuitState): void {
    this.transitions.push(`${this.status} → ${next}`)
    this.status = next
    this.period += 1
    this.isTrialOut = false
    if (next === 'OPEN') this.openedAtMs = this.nowMs
  }
}
