import { expect, test } from 'vitest'
import { circuitIn } from './shown-circuit.ts'

test.for([
  [{ circuits: { users: { status: 'OPEN', failure_count: 5 } } }, 'OPEN', 5],
  [{ circuits: { users: { state: 'half-open', failures: 0 } } }, 'HALF_OPEN', 0],
  [{ circuits: { users: { status: 'Half_Open' } } }, 'HALF_OPEN', undefined],
  [{ circuits: { users_service: 'closed' } }, 'CLOSED', undefined],
  [{ circuits: [{ name: 'users', state: 'CLOSED', failureCount: 1 }] }, 'CLOSED', 1],
  [{ users: { status: 'closed' } }, 'CLOSED', undefined],
  [{ circuit_breakers: { users: { state: 'OPEN', failure_count: 5 } } }, 'OPEN', 5],
  [{ circuits: { orders: { status: 'OPEN' } } }, undefined, undefined],
  [{ status: 'ok' }, undefined, undefined],
  // What else is said stands before what is documented, and is not taken for it.
  [
    {
      services: [{ name: 'users', state: { reachable: true }, status: 'up' }],
      users: { status: 'ok' },
      circuits: {
        users_cache: { status: 'CLOSED', failure_count: 0 },
        users: { status: 'OPEN', failure_count: 5, previous_state: 'CLOSED' },
      },
    },
    'OPEN',
    5,
  ],
  // The state lies a level deeper.
  [{ services: [{ name: 'users', circuit: { state: 'OPEN', failures: 5 } }] }, 'OPEN', 5],
  [{ circuits: { users: { state: { name: 'users', status: 'closed' }, failure_count: 0 } } }, 'CLOSED', 0],
] as const)('%j shows %s with %s failures', ([health, state, failureCount]) => {
  expect(circuitIn(health, 'users')).toMatchObject({ state, failureCount })
})

test('what is no state is shown as it is written, and an object is not', () => {
  expect(circuitIn({ circuits: { users: { status: 'unknown' } } }, 'users').written).toBe('unknown')
  expect(circuitIn({ circuits: { users: { status: {} } } }, 'users').written).toBe('')
})
