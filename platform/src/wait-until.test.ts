import { expect, test, vi } from 'vitest'
import { waitUntil } from './wait-until.ts'

test('gives the first answer', async () => {
  let asked = 0
  const answer = await waitUntil(() => (++asked === 3 ? 'yes' : undefined), { deadlineMs: 5_000, everyMs: 1 })
  expect([answer, asked]).toEqual(['yes', 3])
})

test('gives up at the deadline, and not before it has asked once', async () => {
  let asked = 0
  expect(await waitUntil(() => void asked++, { deadlineMs: 0 })).toBeUndefined()
  expect(asked).toBe(1)
})

test('a wall clock that is set meanwhile moves no deadline', async () => {
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now)
  let asked = 0
  const late = () => {
    clock.mockReturnValue(now + 3_600_000)
    return ++asked === 3 ? 'yes' : undefined
  }
  expect(await waitUntil(late, { deadlineMs: 20_000, everyMs: 1 })).toBe('yes')

  clock.mockReturnValue(now)
  const never = () => void clock.mockReturnValue(now - 3_600_000)
  expect(await waitUntil(never, { deadlineMs: 20, everyMs: 1 })).toBeUndefined()
})

test('the signal ends the waiting, and is the reason', async () => {
  const controller = new AbortController()
  const waiting = waitUntil(() => undefined, { deadlineMs: 60_000, signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})
