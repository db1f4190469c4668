import { expect, test } from 'vitest'
import { createSemaphore } from './semaphore.ts'

const unlimited = { timeoutMs: Number.POSITIVE_INFINITY, signal: undefined }

test('lets through at once while there is room, then one for each that leaves, in their order', async () => {
  const { acquire, release } = createSemaphore(2)
  expect(acquire(unlimited)).toBeUndefined()
  expect(acquire(unlimited)).toBeUndefined()
  const order: string[] = []
  const third = acquire(unlimited)?.then(() => order.push('third'))
  const fourth = acquire(unlimited)?.then(() => order.push('fourth'))
  await Promise.resolve()
  expect(order).toEqual([])
  release()
  await third
  expect(order).toEqual(['third'])
  release()
  await fourth
  expect(order).toEqual(['third', 'fourth'])
})

test('who gives up waiting takes nobody else’s turn', async () => {
  const { acquire, release } = createSemaphore(1)
  expect(acquire(unlimited)).toBeUndefined()
  const controller = new AbortController()
  const impatient = acquire({ timeoutMs: 5, signal: undefined })
  const aborted = acquire({ ...unlimited, signal: controller.signal })
  const patient = acquire(unlimited)
  controller.abort()
  expect(await aborted).toBe('aborted')
  expect(await impatient).toBe('timeout')
  release()
  expect(await patient).toBe('acquired')
  release()
  expect(acquire(unlimited)).toBeUndefined()
})

test('who has aborted before does not queue', async () => {
  const { acquire, release } = createSemaphore(1)
  expect(acquire(unlimited)).toBeUndefined()
  expect(await acquire({ ...unlimited, signal: AbortSignal.abort() })).toBe('aborted')
  release()
  expect(acquire(unlimited)).toBeUndefined()
})
