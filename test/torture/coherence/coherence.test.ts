// The short form of the coherence torture: two replicas of one service.
import { expect, test } from 'vitest'
import { createTestDatabase, runAsAdmin } from '../../../services/kit/src/testing/stores.ts'
import { startRedis } from '../platform/stores.ts'
import { shortForm } from '../short-form.ts'
import type { Context } from '../torture.ts'
import { findControl, type Stores, TEXTBOOK } from './coherence.ts'
import { versionOfRow } from './resources.ts'

async function openStores({ dir, onEnd }: Context): Promise<Stores> {
  const url = await createTestDatabase()
  return {
    redis: await startRedis({ dir, onEnd }),
    databaseUrlOf: () => url,
    select: async ({ select }, id) =>
      versionOfRow((await runAsAdmin(select.replace('$1', String(id)), url)).rows[0]),
  }
}

test('the textbook cache-aside is found out', async () => {
  const context = await shortForm()
  const stores = await openStores(context)
  expect(await findControl({ ...context, stores, control: TEXTBOOK })).toBeDefined()
}, 90_000)
