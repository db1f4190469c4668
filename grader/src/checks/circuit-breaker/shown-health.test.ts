import { expect, test } from 'vitest'
import { circuitIn } from './shown-health.ts'

test.for([
  [{ circuits: { users: { status: 'OPEN', failure_count: 5 } } }, 'OPEN', 5],
  [{ circuits: { users: { state: 'half-open', failures: 0 } } }, 'HALF_OPEN', 0],
  [{ circuits: { users: { status: 'Half_Open' } } }, 'HALF_OPEN', undefined],
  [{ circuits: { users_service: 'closed' } }, 'CLOSED', undefined],
  [{ circuits: [{ name: 'users', state: 'CLOSED', failureCount: 1 }] }, 'CLOSED', 1],
  [{ users: { status: 'closed' } }, 'CLOSED', undefined],
  [{ circuits: { orders: { status: 'OPEN' } } }, undefined, undefined],
  [{ status: 'ok' }, undefined, undefined],
] as const)('%j shows %s with %s failures', ([health, state, failureCount]) => {
  expect(circuitIn(health, 'users')).toMatchObject({ state, failureCount })
})
