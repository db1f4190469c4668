import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { overloadGateway } from './overload.ts'

test('at twice what is sustainable the gateway refuses what is too much, and says when to come again', async () => {
  const { violations, figures } = await overloadGateway(await shortForm(), { seconds: 1 })
  expect(violations).toEqual([])
  expect(figures.accepted).toBeGreaterThan(0)
})
