import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { tortureOverHttp } from './over-http.ts'

test('over HTTP, a circuit opens at five failures, and one trial alone decides', async () => {
  const { violations, rounds } = await tortureOverHttp(await shortForm(), 1)
  expect(violations).toEqual([])
  expect(rounds).toBe(3)
}, 60_000)
