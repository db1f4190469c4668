import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { limitTime } from './time-limit.ts'

test('a time limit holds whatever is collected as garbage meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const { signal } = limitTime(100, new AbortController().signal)
  for (let count = 0; count < 3; count++) {
    await delay(20)
    collectGarbage()
  }
  await expect.poll(() => signal.aborted).toBe(true)
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
})

test('what ends it otherwise ends it with its own reason, also when that was before', () => {
  const controller = new AbortController()
  const early = limitTime(10_000, controller.signal)
  const reason = new Error('interrupted')
  controller.abort(reason)
  const late = limitTime(10_000, controller.signal)
  for (const limit of [early, late]) {
    expect(limit.signal.reason).toBe(reason)
    limit.release()
  }
})

test('nothing ends once it is released', async () => {
  const controller = new AbortController()
  const { signal, release } = limitTime(10, controller.signal)
  release()
  controller.abort()
  await delay(30)
  expect(signal.aborted).toBe(false)
})
