import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openJournal, readJournal } from './journal.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-scenario-'))
  return () => rm(folder, { recursive: true })
})

test('of the journals, the latest fifty are kept', async () => {
  for (let day = 1; day <= 55; day++) openJournal(folder, 'sample', new Date(day * 86_400_000))
  const names = (await readdir(path.join(folder, 'journals'))).sort()
  expect(names).toHaveLength(50)
  expect(names[0]).toBe('1970-01-07T00-00-00-000-sample.ndjson')
})

test('what is no journal is not replayed', async () => {
  const file = path.join(folder, 'run.ndjson')
  await writeFile(file, '{"type":"sung"}\n')
  expect(() => readJournal(file)).toThrow(expect.objectContaining({ code: 'journal-unreadable' }))
})
