import type { Breaker, BreakerOptions } from '@msctl/gateway/breaker'
import type { CircuitState } from '@msctl/sdk/contract'

/** What can be different about a breaker; what is not given is as the assignment has it. */
export interface BreakerRules {
  /** What a success does to the count of failures. */
  readonly success?: 'resets' | 'keeps' | 'decrements'
  /** How many calls a half-open circuit lets through at once. */
  readonly trials?: number
  /** How many trials have to succeed. */
  readonly successesToClose?: number
  /** What comes of a trial that fails: OPEN for the whole time again, or not. */
  readonly failedTrial?: 'opens' | 'opens-for-no-time' | 'stays' | 'closes'
  /** What is shown as the count of failures while open. */
  readonly countWhileOpen?: 'held' | 'zero' | 'rises'
}

/** A breaker written in the simplest way, by rules. It finds out that its time is over when the next call comes. */
export function createBreakerByRules(
  { failures, resetSeconds, onTransition }: BreakerOptions,
  {
    success = 'resets',
    trials = 1,
    successesToClose = 1,
    failedTrial = 'opens',
    countWhileOpen = 'held',
  }: BreakerRules = {},
): Breaker {
  let state: CircuitState = 'CLOSED'
  let count = 0
  let trialsUnderWay = 0
  let successes = 0
  let openedAt: Date | undefined
  let retryAtMs = 0

  function enter(to: CircuitState): void {
    onTransition?.({ from: state, to, at: new Date().toISOString() })
    state = to
    trialsUnderWay = 0
    successes = 0
  }
  function open(forSeconds: number): void {
    openedAt = new Date()
    retryAtMs = performance.now() + forSeconds * 1000
    enter('OPEN')
  }
  function close(): void {
    count = 0
    openedAt = undefined
    enter('CLOSED')
  }
  const secondsLeft = () => Math.max(0, retryAtMs - performance.now()) / 1000

  return {
    acquire: () => {
      if (state === 'CLOSED') {
        return {
          isTrial: false,
          succeed: () => {
            if (success === 'resets') count = 0
            else if (success === 'decrements') count = Math.max(0, count - 1)
          },
          fail: () => {
            if (state !== 'CLOSED') return
            count += 1
            if (count >= failures) open(resetSeconds)
          },
        }
      }
      if (state === 'OPEN' && secondsLeft() === 0) enter('HALF_OPEN')
      if (state === 'OPEN' || trialsUnderWay >= trials) {
        if (countWhileOpen === 'rises') count += 1
        return undefined
      }
      trialsUnderWay += 1
      return {
        isTrial: true,
        succeed: () => {
          trialsUnderWay -= 1
          successes += 1
          if (state === 'HALF_OPEN' && successes >= successesToClose) close()
        },
        fail: () => {
          trialsUnderWay -= 1
          if (state !== 'HALF_OPEN') return
          if (failedTrial === 'opens') open(resetSeconds)
          else if (failedTrial === 'opens-for-no-time') open(0)
          else if (failedTrial === 'closes') close()
        },
      }
    },
    describe: () => ({
      status: state,
      failure_count: state !== 'CLOSED' && countWhileOpen === 'zero' ? 0 : count,
      opened_at: openedAt?.toISOString() ?? null,
      retry_in_seconds: state === 'CLOSED' ? null : secondsLeft(),
      transitions: [],
    }),
    close: () => undefined,
  }
}
