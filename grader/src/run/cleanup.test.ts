import { expect, test } from 'vitest'
import { deleteCreated } from './cleanup.ts'
import { rememberCreated } from './created-objects.ts'
import type { Answer, Request } from './grader.ts'

/** Has created some payments and one user. */
function withPayments(count: number) {
  const created = rememberCreated()
  created.note('users', 1)
  for (let id = 1; id <= count; id++) created.note('payments', id)
  return created
}

interface World {
  /** What answers the n-th request for an object of this service. */
  readonly status: (service: string, asked: number) => number | null | Error
  readonly isBack?: boolean
  readonly onWait?: () => void
}

async function leave(created: ReturnType<typeof rememberCreated>, { status, isBack = true, onWait }: World) {
  const asked = new Map<string, number>()
  const gone = new Set<string>()
  const controller = new AbortController()
  let waits = 0
  const request: Request = async (_method, path) => {
    const service = path.split('/')[1] ?? ''
    const times = (asked.get(service) ?? 0) + 1
    asked.set(service, times)
    const answer = status(service, times)
    if (answer instanceof Error) {
      if (answer.message === 'Ctrl-C') controller.abort()
      throw answer
    }
    if (answer === 204) gone.add(path)
    return { status: answer } as Answer
  }
  const said = await deleteCreated(created, {
    ...{ http: { request, lost: undefined }, signal: controller.signal },
    areBack: async () => {
      waits++
      onWait?.()
      return isBack
    },
  })
  return { said, waits, gone: gone.size, asked: asked.get('payments') }
}

test('all is deleted, and nothing is said', async () => {
  expect(await leave(withPayments(20), { status: () => 204 })).toEqual({ waits: 0, gone: 21, asked: 20 })
})

test('what a service could not delete for a moment is deleted once it is back', async () => {
  const status: World['status'] = (service, asked) => (service === 'payments' && asked === 7 ? 503 : 204)
  expect(await leave(withPayments(20), { status })).toMatchObject({ said: undefined, waits: 1, gone: 21 })
})

test('a service that cannot delete is not asked a hundred times, nor waited for more than once', async () => {
  const status: World['status'] = (service) => (service === 'payments' ? 500 : 204)
  const { said, waits, asked } = await leave(withPayments(100), { status })
  expect(said).toMatchObject({
    en: 'Could not be deleted: /payments/1, /payments/2, /payments/3, /payments/4, /payments/5 and 95 more',
  })
  expect(waits).toBe(1)
  expect(asked).toBeLessThan(10)
})

test('a service that does not come back is not asked again', async () => {
  const status: World['status'] = (service) => (service === 'payments' ? null : 204)
  const { said, waits, asked } = await leave(withPayments(3), { status, isBack: false })
  expect(said).toMatchObject({ ru: 'Не удалось удалить: /payments/1, /payments/2, /payments/3' })
  expect([waits, asked]).toEqual([1, 3])
})

test('Ctrl-C meanwhile ends the waiting, not the deleting', async () => {
  const status: World['status'] = (_service, asked) => (asked === 5 ? new Error('Ctrl-C') : 204)
  expect(await leave(withPayments(20), { status })).toMatchObject({ said: undefined, waits: 0, gone: 21 })
})

test('an error of our own is not hidden', async () => {
  const status: World['status'] = () => new TypeError('ours')
  await expect(leave(withPayments(1), { status })).rejects.toThrow('ours')
})

test('an id that was given out twice is known, also where the first object was deleted meanwhile', () => {
  const created = rememberCreated()
  for (const id of [1, 2, 3]) created.note('orders', id)
  created.forget('orders', 2)
  for (const id of [2, 3, 4]) created.note('orders', id)
  expect([1, 2, 3, 4].map((id) => created.wasReused('orders', id))).toEqual([false, true, true, false])
  expect(created.wasReused('users', 2)).toBe(false)
})
