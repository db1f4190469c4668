import { expect, test } from 'vitest'
import { createCacheTrust, TRUST_MS } from './cache-trust.ts'

const nothing = { isUndelivered: false, isOutage: false }
type Found = typeof nothing

/** Trust on a clock of the test's own, with looks that take no time unless they are held. */
function createTrust(found: Found | Error | (() => Promise<Found>) = nothing) {
  let nowMs = 0
  const looks: (Found | Error | (() => Promise<Found>))[] = []
  let next = found
  const trust = createCacheTrust({
    now: () => nowMs,
    journal: {
      look: async () => {
        looks.push(next)
        if (next instanceof Error) throw next
        return typeof next === 'function' ? next() : next
      },
    },
  })
  return {
    trust,
    looks,
    pass: (ms: number) => {
      nowMs += ms
    },
    finds: (value: typeof next) => {
      next = value
    },
  }
}

test('nothing is believed before the first look', async () => {
  const { trust, looks } = createTrust()
  expect(trust.holds()).toBe(false)
  expect(await trust.renew()).toBe(false)
  expect(looks).toEqual([])
})

test('a look that finds nothing is believed for a second from when it began', async () => {
  const { trust, pass, finds } = createTrust()
  finds(async () => {
    pass(300)
    return nothing
  })
  await trust.look()
  pass(TRUST_MS - 301)
  expect(trust.holds()).toBe(true)
  pass(1)
  expect(trust.holds()).toBe(false)
})

test.each([
  ['undelivered', { ...nothing, isUndelivered: true }],
  ['outage', { ...nothing, isOutage: true }],
])('a look that finds something ends it at once: %s', async (kind, found) => {
  const { trust, finds, looks } = createTrust()
  await trust.look()
  finds(found)
  await trust.look()
  expect([trust.holds(), trust.latest()]).toEqual([false, kind])
  expect(await trust.renew()).toBe(false) // and nobody asks again for each read
  expect(looks).toHaveLength(2)
})

test('after a standstill it is looked anew before anything is believed', async () => {
  const { trust, pass, finds, looks } = createTrust()
  await trust.look()
  pass(60_000)
  expect(await trust.renew()).toBe(true)
  pass(60_000)
  finds({ ...nothing, isUndelivered: true })
  expect(await trust.renew()).toBe(false)
  expect(looks).toHaveLength(3)
})

test('a look that began before a standstill is not believed after it', async () => {
  const { trust, pass, finds } = createTrust()
  await trust.look()
  pass(TRUST_MS)
  let isFirst = true
  finds(async () => {
    if (!isFirst) return { ...nothing, isOutage: true }
    isFirst = false
    pass(10_000)
    return nothing
  })
  expect(await trust.renew()).toBe(false)
})

test('all who ask at once share a look', async () => {
  const { trust, pass, looks } = createTrust()
  await trust.look()
  pass(TRUST_MS)
  expect(await Promise.all([trust.renew(), trust.renew(), trust.renew()])).toEqual([true, true, true])
  expect(looks).toHaveLength(2)
})

test('who is cut off from the database goes on by what it knew, once its trust is over', async () => {
  const { trust, pass, finds } = createTrust()
  await trust.look()
  finds(new Error('no database'))
  pass(TRUST_MS - 1)
  await trust.look() // a connection lost within the second changes nothing
  pass(1)
  expect(trust.holds()).toBe(false)
  expect(await trust.renew()).toBe(true)
  pass(4000)
  expect(trust.holds()).toBe(true)
  finds({ ...nothing, isUndelivered: true })
  await trust.look()
  expect(trust.holds()).toBe(false)
})

test('who knew of something undelivered when it was cut off does not believe the cache', async () => {
  const { trust, pass, finds } = createTrust({ ...nothing, isUndelivered: true })
  await trust.look()
  finds(new Error('no database'))
  pass(TRUST_MS)
  await trust.look()
  expect(await trust.renew()).toBe(false)
})

test('one lost connection is not being cut off', async () => {
  const { trust, pass, finds } = createTrust()
  await trust.look()
  pass(TRUST_MS)
  let isFirst = true
  finds(async () => {
    if (!isFirst) return { ...nothing, isOutage: true }
    isFirst = false
    throw new Error('connection lost')
  })
  expect(await trust.renew()).toBe(false)
  expect(trust.latest()).toBe('outage')
})
