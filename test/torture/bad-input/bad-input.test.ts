import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { tortureWithBadInput } from './bad-input.ts'

test('whatever is sent is answered in time and without a 5xx, and stores nothing unasked', async () => {
  const amounts = { requests: 500, rawRounds: 1, idle: 200, slow: 20 }
  const { violations, figures } = await tortureWithBadInput(await shortForm(), amounts)
  expect(violations).toEqual([])
  expect(figures['objects created']).toBeGreaterThan(0)
}, 90_000)
