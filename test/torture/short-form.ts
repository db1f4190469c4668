import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { createRandom } from './random.ts'
import type { Context } from './torture.ts'

/** What a torture is given when it runs shortly, as a test. */
export async function shortForm(): Promise<Context> {
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-torture-'))
  await chmod(dir, 0o711) // as root, the stores run as somebody who has to pass through
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return { random: createRandom(1), dir, onEnd: onTestFinished, say: () => undefined }
}
