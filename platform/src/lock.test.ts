import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.ts'
import { identify } from './process-identity.ts'

let folder: string
let lock: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-lock-'))
  lock = path.join(folder, 'lock')
  return () => rm(folder, { recursive: true, force: true })
})

test('many who want the lock get it one after the other', async () => {
  let inside = 0
  let most = 0
  const work = async () => {
    inside++
    most = Math.max(most, inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside--
  }
  await Promise.all(Array.from({ length: 8 }, () => withLock({ folder, command: 'test' }, work)))
  expect(most).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

test('the lock of a process that is gone is taken over, however many see that it is stale', async () => {
  await symlink(JSON.stringify({ pid: 2 ** 22 + 1, birth: 'x', command: 'msctl up' }), lock)
  let inside = 0
  let most = 0
  let runs = 0
  const work = async () => {
    runs++
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 2))
    inside--
  }
  await Promise.all(Array.from({ length: 8 }, () => withLock({ folder, command: 'test' }, work)))
  expect({ runs, most }).toEqual({ runs: 8, most: 1 })
})

test('a lock whose pid now belongs to another process is taken over', async () => {
  const stale = { pid: process.pid, birth: 'an earlier process', command: 'msctl up' }
  await symlink(JSON.stringify(stale), lock)
  expect(await withLock({ folder, command: 'test', deadlineMs: 2_000 }, async () => 'done')).toBe('done')
})

test('a file that is no lock does not block for ever', async () => {
  await writeFile(lock, '')
  expect(await withLock({ folder, command: 'test', deadlineMs: 2_000 }, async () => 'done')).toBe('done')
})

test('who waits is told for whom, and gives up at the deadline', async () => {
  await symlink(JSON.stringify({ ...identify(process.pid), command: 'msctl up' }), lock)
  const waitedFor: string[] = []
  const waiting = withLock(
    { folder, command: 'test', deadlineMs: 120, onWait: ({ command }) => waitedFor.push(command) },
    async () => 'never',
  )
  await expect(waiting).rejects.toMatchObject({
    code: 'locked',
    facts: { pid: process.pid, command: 'msctl up' },
  })
  expect(waitedFor).toEqual(['msctl up'])
  expect(await readdir(folder)).toEqual(['lock']) // the holder's
})

test('the lock is given back when the work fails, or the waiting is interrupted', async () => {
  const failing = withLock({ folder, command: 'test' }, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(await readdir(folder)).toEqual([])

  await symlink(JSON.stringify({ ...identify(process.pid), command: 'msctl up' }), lock)
  const signal = AbortSignal.abort(new Error('interrupted'))
  await expect(withLock({ folder, command: 'test', signal }, async () => 0)).rejects.toThrow('interrupted')
  expect(await readdir(folder)).toEqual(['lock'])
})

test('a folder that cannot be made is said to be that', async () => {
  const file = path.join(folder, 'file')
  await writeFile(file, '')
  const impossible = withLock({ folder: path.join(file, 'state'), command: 'test' }, async () => 0)
  await expect(impossible).rejects.toMatchObject({ code: 'folder-unusable' })
})
