import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { loadSheet } from './load-sheet.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-scenario-'))
  return () => rm(folder, { recursive: true })
})

test.each([
  ['export default {}', 'name'],
  ["export default { name: 'x', title: 'X', question: '?', steps: [] }", 'at least one step'],
  ['export default 1 +', 'Unexpected'],
])('%j is refused, saying why', async (text, reason) => {
  const file = path.join(folder, 'broken.mjs')
  await writeFile(file, text)
  await expect(loadSheet(file)).rejects.toMatchObject({
    code: 'scenario-unreadable',
    facts: { reason: expect.stringContaining(reason) },
  })
})
