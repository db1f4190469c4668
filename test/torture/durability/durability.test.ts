import { expect, test } from 'vitest'
import { shortForm } from '../short-form.ts'
import { tortureDurability } from './durability.ts'

test('whatever is killed, acknowledged writes stay and keys create nothing twice', async () => {
  const { violations, figures } = await tortureDurability(await shortForm(), { durationMs: 3000 })
  expect(violations).toEqual([])
  expect(figures['objects created']).toBeGreaterThan(0)
}, 90_000)
