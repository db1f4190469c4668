import type { LookupFunction } from 'node:net'
import { expect, test } from 'vitest'
import { createSharedLookup } from './lookup.ts'

/** A system whose answers are given by the test. */
function createSystem() {
  const pending: {
    hostname: string
    answer: (...args: Parameters<Parameters<LookupFunction>[2]>) => void
  }[] = []
  const lookup: LookupFunction = (hostname, _options, answer) => {
    pending.push({ hostname, answer })
  }
  return { pending, lookup }
}

test('a name that hangs is asked for once, however many wait, and holds up no other name', () => {
  const { pending, lookup } = createSystem()
  const shared = createSharedLookup(lookup)
  const answers: unknown[] = []
  for (let i = 0; i < 50; i++) shared('service_users', {}, (error) => answers.push(error?.code))
  shared('service_orders', {}, (_error, address) => answers.push(address))
  expect(pending.map(({ hostname }) => hostname)).toEqual(['service_users', 'service_orders'])
  pending[1]?.answer(null, '10.0.0.2', 4)
  expect(answers).toEqual(['10.0.0.2'])
  pending[0]?.answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4)
  expect(answers).toEqual(['10.0.0.2', ...Array.from({ length: 50 }, () => 'ENOTFOUND')])
})

test('a name is asked for anew afterwards, for a service that starts again may be elsewhere', () => {
  const { pending, lookup } = createSystem()
  const shared = createSharedLookup(lookup)
  const seen: unknown[] = []
  for (const address of ['10.0.0.2', '10.0.0.3']) {
    shared('service_users', {}, (_error, found) => seen.push(found))
    pending.at(-1)?.answer(null, address, 4)
  }
  expect(seen).toEqual(['10.0.0.2', '10.0.0.3'])
})

test('different questions about one name are not mixed up', () => {
  const { pending, lookup } = createSystem()
  const shared = createSharedLookup(lookup)
  shared('service_users', { all: true }, () => undefined)
  shared('service_users', { all: false }, () => undefined)
  shared('service_users', { family: 6 }, () => undefined)
  expect(pending).toHaveLength(3)
})

test('the system finds localhost', async () => {
  const address = await new Promise((resolve) => {
    createSharedLookup()('localhost', { family: 4 }, (_error, found) => resolve(found))
  })
  expect(address).toBe('127.0.0.1')
})
