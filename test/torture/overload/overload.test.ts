import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { overloadGateway } from './overload.ts'

test('at twice what is sustainable the gateway refuses at once, and answers soon what it accepts', async () => {
  const { violations, figures } = await overloadGateway(await shortForm(), { seconds: 1, percentile: 0.5 })
  expect(violations).toEqual([])
  expect(figures.accepted).toBeGreaterThan(0)
})
