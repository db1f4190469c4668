import { describe, expect, test } from 'vitest'
import type { Circuit, CircuitState, Health, Transition } from './contract/index.ts'
import {
  createClient,
  isAbortError,
  isConnectionError,
  isContractError,
  isTimeoutError,
  type WatchEvent,
} from './index.ts'
import { answer, serve } from './testing/server.ts'
import { stepsBetween } from './watch.ts'

const circuit = (status: CircuitState, transitions: Transition[] = []): Circuit => ({
  status,
  failure_count: status === 'CLOSED' ? 0 : 5,
  opened_at: null,
  retry_in_seconds: null,
  transitions,
})

const health = (users: Circuit): Health => ({
  status: users.status === 'CLOSED' ? 'ok' : 'degraded',
  circuits: { users, orders: circuit('CLOSED'), payments: circuit('CLOSED') },
})

const step = (from: CircuitState, to: CircuitState, second: number): Transition => ({
  from,
  to,
  at: `2026-01-31T12:00:0${second}.000Z`,
})
const opened = step('CLOSED', 'OPEN', 1)
const tried = step('OPEN', 'HALF_OPEN', 2)
const closed = step('HALF_OPEN', 'CLOSED', 3)

/** Serves one state of health after the other, then the last; `undefined` breaks the connection. */
const serveHealth = (states: (Health | undefined)[]) => {
  let index = 0
  return serve((_, response) => {
    const state = states[Math.min(index, states.length - 1)]
    index += 1
    if (state === undefined) response.destroy()
    else answer(response, 200, state)
  })
}

const describeEvent = (event: WatchEvent): string =>
  event.type === 'transition' ? `${event.service} ${event.from} → ${event.to}` : event.type

/** The first events of a watch. */
async function watchUntil(url: string, count: number): Promise<string[]> {
  await using ms = createClient({ baseUrl: url })
  const events: string[] = []
  for await (const event of ms.gateway.watch({ intervalMs: 1 })) {
    events.push(describeEvent(event))
    if (events.length === count) break
  }
  return events
}

describe('a watch', () => {
  test('tells each look at the health, and each transition before the look that shows it', async () => {
    const { url } = await serveHealth([
      health(circuit('CLOSED')),
      health(circuit('OPEN', [opened])),
      health(circuit('OPEN', [opened])),
      health(circuit('CLOSED', [opened, tried, closed])),
    ])
    expect(await watchUntil(url, 7)).toEqual([
      'health',
      'users CLOSED → OPEN',
      'health',
      'health',
      'users OPEN → HALF_OPEN',
      'users HALF_OPEN → CLOSED',
      'health',
    ])
  })

  test('goes on while the gateway cannot be reached', async () => {
    const { url } = await serveHealth([
      health(circuit('OPEN')),
      undefined,
      undefined,
      health(circuit('CLOSED')),
    ])
    expect(await watchUntil(url, 5)).toEqual([
      'health',
      'unreachable',
      'unreachable',
      'users OPEN → CLOSED',
      'health',
    ])
  })

  test('ends quietly with the signal, and with the client', async () => {
    const { url } = await serveHealth([health(circuit('CLOSED'))])
    const ms = createClient({ baseUrl: url })
    const controller = new AbortController()
    let looks = 0
    for await (const _ of ms.gateway.watch({ intervalMs: 1, signal: controller.signal })) {
      looks += 1
      if (looks === 3) controller.abort()
    }
    expect(looks).toBe(3)
    for await (const _ of ms.gateway.watch({ intervalMs: 60_000 })) void ms.close()
  })

  test('raises an answer that is none of the contract', async () => {
    const { url } = await serve((_, response) => answer(response, 200, { status: 'fine' }))
    const error = await watchUntil(url, 1).catch((reason: unknown) => reason)
    expect(isContractError(error)).toBe(true)
  })
})

describe('the steps from one look to the next', () => {
  const at = '2026-01-31T12:00:09.000Z'

  test.each<[string, Circuit, Circuit, Transition[]]>([
    ['nothing', circuit('CLOSED'), circuit('CLOSED'), []],
    ['nothing new', circuit('OPEN', [opened]), circuit('OPEN', [opened]), []],
    ['one', circuit('CLOSED'), circuit('OPEN', [opened]), [opened]],
    [
      'too short to be seen',
      circuit('CLOSED'),
      circuit('CLOSED', [opened, tried, closed]),
      [opened, tried, closed],
    ],
    [
      'a record that dropped its oldest',
      circuit('OPEN', [opened]),
      circuit('CLOSED', [tried, closed]),
      [tried, closed],
    ],
    [
      'a gateway that was restarted',
      circuit('OPEN', [opened]),
      circuit('CLOSED'),
      [{ from: 'OPEN', to: 'CLOSED', at }],
    ],
    [
      'a restart, and open again',
      circuit('OPEN', [opened]),
      circuit('OPEN', [step('CLOSED', 'OPEN', 5)]),
      [],
    ],
  ])('%s', (_name, before, now, steps) => {
    expect(stepsBetween(before, now, at)).toEqual(steps)
  })

  test('without a record, by comparison', () => {
    const bare = (status: CircuitState) => ({ status, failure_count: 0 }) as Circuit
    expect(stepsBetween(bare('CLOSED'), bare('OPEN'), at)).toEqual([{ from: 'CLOSED', to: 'OPEN', at }])
  })
})

describe('waitFor', () => {
  test('gives the circuit as soon as it is in that state', async () => {
    const { url, received } = await serveHealth([
      health(circuit('CLOSED')),
      health(circuit('CLOSED')),
      health(circuit('OPEN', [opened])),
    ])
    await using ms = createClient({ baseUrl: url })
    expect(await ms.waitFor('users', 'OPEN', { intervalMs: 1 })).toEqual(circuit('OPEN', [opened]))
    expect(received).toHaveLength(3)
    expect(await ms.waitFor('orders', 'CLOSED')).toEqual(circuit('CLOSED'))
  })

  test('notices a state that was over before the next look', async () => {
    const after = circuit('CLOSED', [opened, tried, closed])
    const { url } = await serveHealth([health(circuit('CLOSED')), health(after)])
    await using ms = createClient({ baseUrl: url })
    expect(await ms.waitFor('users', 'HALF_OPEN', { intervalMs: 1 })).toEqual(after)
  })

  test('ends at its time limit, and says what it saw instead', async () => {
    const { url } = await serveHealth([health(circuit('CLOSED'))])
    await using ms = createClient({ baseUrl: url })
    const error = await ms
      .waitFor('users', 'OPEN', { timeoutMs: 100, intervalMs: 10 })
      .catch((reason: unknown) => reason)
    expect(isTimeoutError(error) && error.timeoutMs).toBe(100)
    expect((error as Error).message).toContain(
      '/health never showed users OPEN, but CLOSED, within 100 ms (waitFor',
    )
  })

  test('says why, where the gateway could not be reached at all', async () => {
    await using ms = createClient({ baseUrl: 'http://127.0.0.1:1' })
    const error = await ms
      .waitFor('users', 'OPEN', { timeoutMs: 100, intervalMs: 10 })
      .catch((reason: unknown) => reason)
    expect(isTimeoutError(error) && isConnectionError(error.cause)).toBe(true)
  })

  test('ends with the signal', async () => {
    const { url } = await serveHealth([health(circuit('CLOSED'))])
    await using ms = createClient({ baseUrl: url })
    const signal = AbortSignal.timeout(50)
    const error = await ms.waitFor('users', 'OPEN', { signal }).catch((reason: unknown) => reason)
    expect(isAbortError(error) && error.cause).toBe(signal.reason)
  })
})
