import { expect, test } from 'vitest'
import { createTraffic } from './traffic.ts'

const startClock = (startMs = 1_000_000) => {
  let nowMs = startMs
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

test('the rate is that of the last ten seconds', () => {
  const clock = startClock()
  const traffic = createTraffic(clock.now)
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < (second < 40 ? 7 : 3); i++) traffic.countRequest()
    clock.pass(1000)
  }
  const { requestsPerSecond, requestsTotal } = traffic.describe()
  expect(requestsPerSecond).toBe(3)
  expect(requestsTotal).toBe(340)
})

test('the rate falls to nothing once nothing comes', () => {
  const clock = startClock()
  const traffic = createTraffic(clock.now)
  for (let i = 0; i < 100; i++) traffic.countRequest()
  clock.pass(5000)
  expect(traffic.describe().requestsPerSecond).toBe(20)
  clock.pass(7000)
  expect(traffic.describe().requestsPerSecond).toBe(0)
})

test('the rate of the first second is not blown up', () => {
  const traffic = createTraffic(startClock().now)
  for (let i = 0; i < 10; i++) traffic.countRequest()
  expect(traffic.describe().requestsPerSecond).toBeLessThanOrEqual(10)
})

test('latency is told in percentiles of the last minute', () => {
  const clock = startClock()
  const traffic = createTraffic(clock.now)
  for (let i = 0; i < 1000; i++) traffic.recordLatency(5000)
  clock.pass(61_000)
  expect(traffic.describe().latency).toEqual({ p50: null, p90: null, p99: null, max: null })
  for (let i = 1; i <= 100; i++) {
    traffic.recordLatency(i)
    clock.pass(500)
  }
  const { p50, p90, p99, max } = traffic.describe().latency
  for (const [actual, expected] of [
    [p50, 50],
    [p90, 90],
    [p99, 99],
    [max, 100],
  ]) {
    expect(Math.abs((actual ?? 0) - (expected ?? 0))).toBeLessThanOrEqual(1.5)
  }
})

test('a latency beyond what is told apart still counts', () => {
  const traffic = createTraffic(startClock().now)
  traffic.recordLatency(1e12)
  traffic.recordLatency(0)
  expect(traffic.describe().latency.max).toBeGreaterThan(590_000)
})
