import { expect, test } from 'vitest'
import { createTurnstile } from './turnstile.ts'

const unlimited = { timeoutMs: Number.POSITIVE_INFINITY, signal: undefined }

test('lets through at once while there is room, then one for each that leaves, in their order', async () => {
  const { enter, leave } = createTurnstile(2)
  expect(enter(unlimited)).toBeUndefined()
  expect(enter(unlimited)).toBeUndefined()
  const order: string[] = []
  const third = enter(unlimited)?.then(() => order.push('third'))
  const fourth = enter(unlimited)?.then(() => order.push('fourth'))
  await Promise.resolve()
  expect(order).toEqual([])
  leave()
  await third
  expect(order).toEqual(['third'])
  leave()
  await fourth
  expect(order).toEqual(['third', 'fourth'])
})

test('who gives up waiting takes nobody else’s turn', async () => {
  const { enter, leave } = createTurnstile(1)
  expect(enter(unlimited)).toBeUndefined()
  const controller = new AbortController()
  const impatient = enter({ timeoutMs: 5, signal: undefined })
  const aborted = enter({ ...unlimited, signal: controller.signal })
  const patient = enter(unlimited)
  controller.abort()
  expect(await aborted).toBe('aborted')
  expect(await impatient).toBe('timeout')
  leave()
  expect(await patient).toBe('entered')
  leave()
  expect(enter(unlimited)).toBeUndefined()
})

test('who has aborted before does not queue', async () => {
  const { enter, leave } = createTurnstile(1)
  expect(enter(unlimited)).toBeUndefined()
  expect(await enter({ ...unlimited, signal: AbortSignal.abort() })).toBe('aborted')
  leave()
  expect(enter(unlimited)).toBeUndefined()
})
