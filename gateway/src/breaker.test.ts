import { Circuit } from '@msctl/sdk/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Breaker, createBreaker, type Permit } from './breaker.ts'

const RESET_MS = 30_000

let breaker: Breaker

beforeEach(() => {
  vi.useFakeTimers()
  breaker = createBreaker({ failures: 5, resetSeconds: RESET_MS / 1000 })
})

afterEach(() => {
  breaker.close()
  vi.useRealTimers()
})

function acquire(): Permit {
  const permit = breaker.acquire()
  if (permit === undefined) throw new Error('The circuit lets nothing through')
  return permit
}

const fail = (times: number) => {
  for (let i = 0; i < times; i++) acquire().fail()
}

const status = () => breaker.describe().status

/** Opens the circuit, and waits until it lets a trial through. */
function halfOpen(): void {
  fail(5)
  vi.advanceTimersByTime(RESET_MS)
  expect(status()).toBe('HALF_OPEN')
}

/** The outcome of a trial is known a moment later. */
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('a closed circuit', () => {
  test('opens at the fifth failure in a row, and not before', () => {
    fail(4)
    expect(breaker.describe()).toMatchObject({ status: 'CLOSED', failure_count: 4, opened_at: null })
    fail(1)
    expect(breaker.describe()).toMatchObject({ status: 'OPEN', failure_count: 5 })
  })

  test('starts the count anew after a success', () => {
    fail(4)
    acquire().succeed()
    expect(breaker.describe().failure_count).toBe(0)
    fail(4)
    expect(status()).toBe('CLOSED')
    fail(1)
    expect(status()).toBe('OPEN')
  })

  test('is not opened by any share of failures while no five are in a row', () => {
    for (let i = 0; i < 100; i++) {
      fail(4)
      acquire().succeed()
    }
    expect(breaker.describe()).toMatchObject({ status: 'CLOSED', failure_count: 0, transitions: [] })
  })

  test('counts outcomes in the order in which they come, not in that of the calls', () => {
    const slow = acquire()
    fail(4)
    slow.succeed()
    fail(1)
    expect(breaker.describe()).toMatchObject({ status: 'CLOSED', failure_count: 1 })
  })

  test('does not wait for a call that ends without an outcome', () => {
    for (let i = 0; i < 100; i++) acquire()
    fail(4)
    expect(status()).toBe('CLOSED')
    fail(1)
    expect(status()).toBe('OPEN')
  })

  test('opens once when many calls in flight fail together', async () => {
    const calls = Array.from({ length: 20 }, acquire)
    for (const call of calls.slice(0, 5)) call.fail()
    expect(status()).toBe('OPEN')
    vi.advanceTimersByTime(RESET_MS - 1)
    for (const call of calls.slice(5, 12)) call.fail()
    for (const call of calls.slice(12)) call.succeed()
    await settle()
    expect(breaker.describe()).toMatchObject({ status: 'OPEN', failure_count: 5 })
    expect(breaker.describe().transitions).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(status()).toBe('HALF_OPEN')
  })

  test('opens at the first failure when that is what is asked for', () => {
    breaker.close()
    breaker = createBreaker({ failures: 1, resetSeconds: 1 })
    fail(1)
    expect(breaker.describe()).toMatchObject({ status: 'OPEN', failure_count: 1 })
  })
})

describe('an open circuit', () => {
  test('lets nothing through for 30 seconds', () => {
    fail(5)
    vi.advanceTimersByTime(RESET_MS - 1)
    expect(breaker.acquire()).toBeUndefined()
    expect(status()).toBe('OPEN')
    vi.advanceTimersByTime(1)
    expect(status()).toBe('HALF_OPEN')
  })

  test('shows the failures that opened it, since when it is open, and when it tries again', () => {
    vi.setSystemTime('2025-06-01T12:00:00.000Z')
    fail(5)
    vi.advanceTimersByTime(12_345)
    expect(breaker.describe()).toEqual({
      status: 'OPEN',
      failure_count: 5,
      opened_at: '2025-06-01T12:00:00.000Z',
      retry_in_seconds: 17.655,
      transitions: [{ from: 'CLOSED', to: 'OPEN', at: '2025-06-01T12:00:00.000Z' }],
    })
  })

  test('keeps its time when the wall clock is set', () => {
    fail(5)
    vi.setSystemTime('2001-01-01T00:00:00.000Z')
    vi.advanceTimersByTime(10_000)
    expect(breaker.describe().retry_in_seconds).toBe(20)
  })

  test('is not moved by the late outcomes of calls from before it opened', async () => {
    const [success, failure] = [acquire(), acquire()]
    fail(5)
    vi.advanceTimersByTime(RESET_MS / 2)
    success.succeed()
    failure.fail()
    await settle()
    expect(breaker.describe()).toMatchObject({
      status: 'OPEN',
      failure_count: 5,
      retry_in_seconds: RESET_MS / 2000,
    })
  })
})

describe('a half-open circuit', () => {
  test('lets exactly one of many through', () => {
    halfOpen()
    const permits = Array.from({ length: 50 }, () => breaker.acquire())
    expect(permits.filter((permit) => permit !== undefined)).toHaveLength(1)
    expect(permits[0]?.isTrial).toBe(true)
  })

  test('goes on letting nobody else through while the trial lasts, however long', () => {
    halfOpen()
    acquire()
    vi.advanceTimersByTime(10 * RESET_MS)
    expect(breaker.acquire()).toBeUndefined()
    expect(breaker.describe()).toMatchObject({ status: 'HALF_OPEN', failure_count: 5, retry_in_seconds: 0 })
  })

  test('closes when the trial succeeds, and counts from nothing', async () => {
    halfOpen()
    acquire().succeed()
    await settle()
    expect(breaker.describe()).toMatchObject({
      status: 'CLOSED',
      failure_count: 0,
      opened_at: null,
      retry_in_seconds: null,
    })
    fail(4)
    expect(status()).toBe('CLOSED')
    fail(1)
    expect(status()).toBe('OPEN')
  })

  test('opens for another whole 30 seconds when the trial fails', async () => {
    halfOpen()
    vi.advanceTimersByTime(7000)
    acquire().fail()
    await settle()
    expect(breaker.describe()).toMatchObject({ status: 'OPEN', failure_count: 5, retry_in_seconds: 30 })
    vi.advanceTimersByTime(RESET_MS - 1)
    expect(breaker.acquire()).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(acquire().isTrial).toBe(true)
  })

  test('is neither closed nor opened by the late outcome of an old call', async () => {
    const [success, failure] = [acquire(), acquire()]
    halfOpen()
    success.succeed()
    failure.fail()
    await settle()
    expect(breaker.describe()).toMatchObject({ status: 'HALF_OPEN', failure_count: 5 })
    expect(acquire().isTrial).toBe(true)
  })

  test('does not take the outcome of an old call for that of its trial', async () => {
    const old = acquire()
    halfOpen()
    const trial = acquire()
    old.succeed()
    await settle()
    expect(status()).toBe('HALF_OPEN')
    trial.fail()
    await settle()
    expect(status()).toBe('OPEN')
  })
})

describe('a circuit that has closed again', () => {
  test('is not touched by outcomes of calls from before', async () => {
    const [success, ...failures] = Array.from({ length: 10 }, acquire)
    halfOpen()
    acquire().succeed()
    await settle()
    fail(3)
    for (const failure of failures) failure.fail()
    expect(breaker.describe()).toMatchObject({ status: 'CLOSED', failure_count: 3 })
    success?.succeed()
    expect(breaker.describe().failure_count).toBe(3)
  })
})

test('a circuit remembers its last 20 transitions, in their order', async () => {
  const seen: string[] = []
  breaker.close()
  breaker = createBreaker({
    failures: 5,
    resetSeconds: 30,
    onTransition: ({ from, to }) => seen.push(`${from} ${to}`),
  })
  for (let i = 0; i < 10; i++) {
    halfOpen()
    acquire().succeed()
    await settle()
  }
  expect(seen).toHaveLength(30)
  expect(seen.slice(0, 3)).toEqual(['CLOSED OPEN', 'OPEN HALF_OPEN', 'HALF_OPEN CLOSED'])
  const { transitions } = breaker.describe()
  expect(transitions.map(({ from, to }) => `${from} ${to}`)).toEqual(seen.slice(-20))
  expect(Circuit.parse(breaker.describe())).toEqual(breaker.describe())
})
