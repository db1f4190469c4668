import { appendFile, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Part } from '../parts.ts'
import { followLogs, readLogs } from './local-logs.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl-logs-'))
  return () => rm(dir, { recursive: true, force: true })
})

const fileOf = (part: Part) => ({ part, file: path.join(dir, `${part}.log`) })
const line = (time: number, msg: string) => `${JSON.stringify({ level: 30, time, msg })}\n`

test('the lines of all parts are merged by time, those put aside first', async () => {
  await writeFile(`${fileOf('users').file}.1`, line(1, 'a'))
  await writeFile(fileOf('users').file, line(3, 'c') + line(6, 'f'))
  await writeFile(fileOf('orders').file, line(2, 'b') + line(4, 'd') + line(5, 'e'))
  const messages = await collect(readLogs([fileOf('users'), fileOf('orders'), fileOf('payments')]))
  expect(messages.map(({ part, msg }) => `${part} ${msg}`)).toEqual([
    ...['users a', 'orders b', 'users c', 'orders d', 'orders e', 'users f'],
  ])
})

test('following gives what is new, whole lines only, through rotation, removal and a new beginning', async () => {
  const { file } = fileOf('users')
  await writeFile(file, line(1, 'old'))
  const controller = new AbortController()
  const lines = followLogs([fileOf('users')], controller.signal)
  const next = async () => (await lines.next()).value?.msg

  const first = next()
  await appendFile(file, line(2, 'Привет').slice(0, 30))
  await appendFile(file, line(2, 'Привет').slice(30))
  expect(await first).toBe('Привет')

  const rotated = next()
  await rename(file, `${file}.1`)
  await writeFile(file, line(3, 'rotated'))
  expect(await rotated).toBe('rotated')

  const truncated = next()
  await writeFile(file, line(4, 'cut'))
  expect(await truncated).toBe('cut')

  const renewed = next()
  await rm(file)
  await writeFile(file, line(5, 'a new beginning'))
  expect(await renewed).toBe('a new beginning')

  const end = lines.next()
  controller.abort()
  expect((await end).done).toBe(true)
})

test('a log that may not be read is no log that is not there yet', async () => {
  const { file } = fileOf('users')
  await symlink(file, file) // leads nowhere, for root, too
  const refused = { code: 'log-unreadable', facts: { file, reason: expect.stringContaining('ELOOP') } }
  await expect(collect(readLogs([fileOf('users')]))).rejects.toMatchObject(refused)
  expect(() => followLogs([fileOf('users')])).toThrow(expect.objectContaining(refused))

  const { file: later } = fileOf('orders')
  const lines = followLogs([fileOf('orders')]).next()
  await symlink(later, later)
  await expect(lines).rejects.toMatchObject({ code: 'log-unreadable' })
})

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}
