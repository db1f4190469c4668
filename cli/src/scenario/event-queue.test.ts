import { expect, test } from 'vitest'
import { createEventQueue } from './event-queue.ts'

test('gives what was added, in order, and ends', async () => {
  const queue = createEventQueue<number>()
  queue.add(1)
  setImmediate(() => {
    queue.add(2)
    queue.end()
  })
  const seen: number[] = []
  for await (const each of queue) seen.push(each)
  expect(seen).toEqual([1, 2])
})

test('is drained once the listener has done with everything', async () => {
  const queue = createEventQueue<number>()
  const seen: string[] = []
  queue.add(1)
  queue.add(2)
  const listening = (async () => {
    for await (const each of queue) {
      await new Promise(setImmediate)
      seen.push(String(each))
    }
  })()
  await queue.drained()
  seen.push('drained')
  await queue.drained()
  queue.add(3)
  await queue.drained()
  queue.end()
  await listening
  expect(seen).toEqual(['1', '2', 'drained', '3'])
})
