import { expect, test } from 'vitest'
import { createStartUps, learned, looksAt, missedUntil, patienceFor } from './start-ups.ts'

const between = (longerThanMs: number, atMostMs: number) => ({ longerThanMs, atMostMs })

test('one of which nothing is known is asked at once, and then seldom', () => {
  expect(looksAt(undefined, undefined, false)).toEqual([0, 300, 1_800, 6_800])
  expect(looksAt(between(0, 1), undefined, false)).toEqual([0, 300, 1_800, 6_800])
})

test('one that cannot be there at once is given a moment', () => {
  expect(looksAt(undefined, undefined, true)).toEqual([350, 600, 1_800, 6_800])
})

test('one that is well known is waited for', () => {
  expect(looksAt(between(0, 400), between(0, 5_000), true)).toEqual([600, 900, 2_400, 7_400])
  expect(patienceFor(between(0, 400))).toBe(600)
  expect(patienceFor(between(0, 50))).toBe(0)
  expect(patienceFor(undefined)).toBe(0)
})

test('one that is new is asked when the last one was there', () => {
  expect(looksAt(undefined, between(0, 400), true)).toEqual([400, 600, 900, 7_400])
})

test('one that is known vaguely is asked in between', () => {
  expect(looksAt(between(400, 1_600), undefined, true)).toEqual([800, 1_600, 2_400, 9_200])
  expect(looksAt(undefined, between(0, 1_000), true)[0]).toBeCloseTo(316, 0)
})

test('each look comes later than the one before, and the fourth so late that a slow service need not open its circuit', () => {
  for (const own of [undefined, between(0, 0), between(0, 300), between(300, 1_800), between(1_800, 6_800)]) {
    const looks = looksAt(own, between(300, 1_800), false)
    expect(looks).toHaveLength(4)
    expect(looks.toSorted((one, other) => one - other)).toEqual(looks)
    expect((looks[3] ?? 0) - (looks[2] ?? 0)).toBeGreaterThanOrEqual(5_000)
  }
})

test('what is known comes closer with each start', () => {
  const first = learned(undefined, 300, 1_805)
  expect(first).toEqual(between(300, 1_805))
  // There in between, and then not there in between.
  const second = learned(first, undefined, 740)
  expect(second).toEqual(between(300, 740))
  expect(learned(second, 471, 744)).toEqual(between(471, 744))
  // There when it was long waited for: nothing new.
  expect(learned(second, undefined, 1_110)).toEqual(second)
  // It has become slower.
  expect(learned(second, 1_110, 1_412)).toEqual(between(1_110, 1_412))
})

test('one that was there at once is known to be', () => {
  expect(patienceFor(learned(undefined, undefined, 2))).toBe(0)
})

test('what a circuit took to close is not what the service took', () => {
  expect(missedUntil(undefined, 1_800)).toEqual(between(1_800, 1_800))
  expect(missedUntil(between(0, 5_000), 1_800)).toEqual(between(1_800, 5_000))
})

test('one more start is watched where little is known and the wait would be long', () => {
  const startUps = createStartUps()
  expect(startUps.isWorthWatching('users', 3_000)).toBe(true)
  startUps.learn('users', 1_800, 6_800)
  expect(startUps.isWorthWatching('users', 3_000)).toBe(true)
  expect(startUps.isWorthWatching('users', 12_000)).toBe(false)
  // The services of a platform are much alike.
  expect(startUps.isWorthWatching('orders', 3_000)).toBe(true)
  startUps.learn('users', 1_800, 2_500)
  expect(startUps.isWorthWatching('users', 3_000)).toBe(false)
  expect(startUps.isWorthWatching('orders', 3_000)).toBe(false)
})
