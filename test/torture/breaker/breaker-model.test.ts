import type { CircuitState } from '@msctl/sdk/contract'
import { expect, test } from 'vitest'
import { type Breaker, type BreakerOptions, createBreaker } from '../../../gateway/src/breaker.ts'
import { checkInterleavings, checkSequences } from './commands.ts'

const search = { seed: 1, numRuns: 200 }

test('a circuit does what the contract says, whatever comes', () => checkSequences(search))

test('… in whatever order outcomes and time come', () => checkInterleavings(search))

/** Takes any outcome for news of now: a late success closes it, a late failure opens it. */
function naiveBreaker({ failures, resetSeconds }: BreakerOptions): Breaker {
  let status: CircuitState = 'CLOSED'
  let count = 0
  let isTrialOut = false
  const transitions: ReturnType<Breaker['describe']>['transitions'] = []
  const enter = (to: CircuitState) => {
    if (to === status) return
    transitions.push({ from: status, to, at: '' })
    status = to
    isTrialOut = false
    if (to === 'OPEN') setTimeout(() => enter('HALF_OPEN'), resetSeconds * 1000)
  }
  return {
    acquire: () => {
      if (status === 'OPEN' || isTrialOut) return undefined
      isTrialOut = status === 'HALF_OPEN'
      return {
        isTrial: isTrialOut,
        succeed: () => {
          count = 0
          enter('CLOSED')
        },
        fail: () => {
          count += 1
          if (status === 'HALF_OPEN' || count >= failures) enter('OPEN')
        },
      }
    },
    describe: () => ({
      ...{ status, failure_count: count, retry_in_seconds: null, transitions },
      opened_at: status === 'CLOSED' ? null : '',
    }),
    close: () => undefined,
  }
}

test.each([
  ['takes late outcomes for new ones', naiveBreaker],
  [
    'opens one failure too late',
    (options: BreakerOptions) => createBreaker({ ...options, failures: options.failures + 1 }),
  ],
  [
    'tries again a second too early',
    (options: BreakerOptions) => createBreaker({ ...options, resetSeconds: options.resetSeconds - 1 }),
  ],
])('one that %s is found out', async (_name, breakerOf) => {
  await expect(checkSequences({ ...search, breakerOf })).rejects.toThrow('Property failed')
  await expect(checkInterleavings({ ...search, breakerOf })).rejects.toThrow('Property failed')
})
