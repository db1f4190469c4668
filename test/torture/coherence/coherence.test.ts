// The short form of the coherence torture: two replicas of one service.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase, runAsAdmin } from '../../../services/kit/src/test-stores.ts'
import { startRedis } from '../platform/stores.ts'
import { createRandom } from '../random.ts'
import { findControl, type Stores } from './coherence.ts'
import { versionOfRow } from './resources.ts'

async function openStores(): Promise<Stores & { dir: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-torture-'))
  await chmod(dir, 0o711) // as root, Redis runs as somebody who has to pass through
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const url = await createTestDatabase()
  const redis = await startRedis({ dir, onEnd: onTestFinished })
  return {
    dir,
    redis,
    databaseUrlOf: () => url,
    select: async ({ select }, id) =>
      versionOfRow((await runAsAdmin(select.replace('$1', String(id)), url)).rows[0]),
  }
}

test('the textbook cache-aside is found out', async () => {
  const { dir, ...stores } = await openStores()
  expect(await findControl({ stores, file: 'textbook.ts', random: createRandom(1), dir })).toBeDefined()
}, 90_000)
