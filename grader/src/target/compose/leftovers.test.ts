import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isOwnerDead, ownerText } from '../owner.ts'
import { deadProjects } from './leftovers.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'leftovers-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => rm(folder, { recursive: true }))

const docker = async () => ''
const write = async (name: string, text: string) => {
  await mkdir(path.join(folder, name))
  await writeFile(path.join(folder, name, 'grading.json'), text)
}

test('a note that was only half written, or says something else, is passed over', async () => {
  // Nothing runs any more that began so long ago.
  const dead = { project: 'msctl-grade-dead', owner: { pid: 2 ** 22, birth: 'never' } }
  await write('msctl-grade-half', '{"project":"msctl-')
  await write('msctl-grade-other', '{"a":1}')
  await mkdir(path.join(folder, 'msctl-grade-empty'))
  expect(await deadProjects({ docker })).toEqual([])
  await write('msctl-grade-dead', JSON.stringify(dead))
  expect(await deadProjects({ docker })).toEqual(['msctl-grade-dead'])
})

test('what somebody else has labelled is not ours', () => {
  const owner = (birth: string) => JSON.stringify({ pid: process.pid, birth })
  expect(['', 'me', '{}', '{"pid":', 'null', ownerText()].map(isOwnerDead)).not.toContain(true)
  expect(isOwnerDead(owner('never'))).toBe(true)
})
