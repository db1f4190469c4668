import type { setTimeout as delayUntilAborted } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { databaseProbe, detectStalls, type Probe, STALL_MS } from './stall-detector.ts'

/** Waits on the global clock, which a test may take in hand: here no machine stands still but on purpose. */
const pause: typeof delayUntilAborted<undefined> = (ms, value, { signal } = {}) =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value as undefined)
    }, ms)
    signal?.addEventListener('abort', abort)
  })

function takeClock() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function watching(...probes: Probe[]) {
  const stalls = detectStalls(probes, pause)
  onTestFinished(stalls.stop)
  return stalls
}

/** Takes long the first time, and is quick from then on. */
function slowOnce(ms: number, how: 'answers' | 'fails' = 'answers'): Probe {
  let looks = 0
  return async () => {
    if (++looks > 1) return
    await delay(ms)
    if (how === 'fails') throw new Error('away')
  }
}

const LONG_MS = STALL_MS + 200

test('what answers late has stalled since it was asked, and two stalls at once count once', async () => {
  takeClock()
  const began = performance.now()
  const stalls = watching(slowOnce(LONG_MS), slowOnce(LONG_MS))
  await pass(LONG_MS + 100)
  expect(stalls.stalledMs(began, performance.now())).toBe(LONG_MS)
  expect(stalls.stalledMs(began, began + 500)).toBe(500)
  expect(stalls.stalledMs(began - 300, began)).toBe(0)
})

test('what has not answered yet has stalled already', async () => {
  takeClock()
  const began = performance.now()
  const stalls = watching(slowOnce(3 * STALL_MS))
  await pass(STALL_MS)
  expect(stalls.stalledMs(began, performance.now())).toBe(0)
  await pass(200)
  expect(stalls.stalledMs(began, performance.now())).toBe(LONG_MS)
})

test('what is unavailable has not stalled', async () => {
  takeClock()
  const began = performance.now()
  const stalls = watching(slowOnce(LONG_MS, 'fails'))
  await pass(LONG_MS + 100)
  expect(stalls.stalledMs(began, performance.now())).toBe(0)
})

test('this process may be what stands still', async () => {
  const stalls = watching()
  await delay(20)
  const began = performance.now()
  // The watching itself is due a quarter of a second later.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG_MS + 300)
  await delay(20)
  expect(stalls.stalledMs(began, performance.now())).toBeGreaterThan(STALL_MS)
})

test('what is down on purpose, or only coming up, is no stall', async () => {
  takeClock()
  const began = performance.now()
  const stalls = watching(slowOnce(LONG_MS), slowOnce(LONG_MS + 500))
  const down = stalls.expectDown(() => delay(LONG_MS + 200))
  await pass(LONG_MS + 200)
  await down
  await pass(500)
  expect(stalls.stalledMs(began, performance.now())).toBe(0)
})

/** A database on which this works and nothing else, and what it was asked. */
function databaseWhere(works: (statement: string) => boolean) {
  const asked: string[] = []
  const query = async (statement: string) => {
    asked.push(statement)
    if (!works(statement)) throw new Error('no')
    return []
  }
  return { asked, connect: async () => ({ query, close: async () => undefined }) }
}

test('a database is to write, as for whoever changes something; where it must not, reading will do', async () => {
  const writable = databaseWhere(() => true)
  const probe = databaseProbe(writable)
  await probe()
  await probe()
  expect(writable.asked).toEqual(Array(2).fill(expect.stringContaining('pg_logical_emit_message')))

  const readOnly = databaseWhere((statement) => statement === 'SELECT 1')
  const quietProbe = databaseProbe(readOnly)
  await quietProbe()
  await quietProbe()
  expect(readOnly.asked.slice(1)).toEqual(['SELECT 1', 'SELECT 1'])
})

test('a database that was away is to write again when it is back', async () => {
  let isThere = false
  const database = databaseWhere(() => isThere)
  const probe = databaseProbe(database)
  await expect(probe()).rejects.toThrow('no')
  isThere = true
  await probe()
  expect(database.asked.at(-1)).toContain('pg_logical_emit_message')
})
