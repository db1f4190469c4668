import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { identify, type ProcessIdentity } from '../process-identity.ts'
import { createStateFile } from './state.ts'

const PORTS = { db: 1, cache: 2, users: 3, orders: 4, payments: 5, gateway: 6 }
let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'msctl-state-'))
  return () => rm(home, { recursive: true, force: true })
})

test('nothing is known before anything was started', () => {
  expect(createStateFile(home).read()).toBeUndefined()
})

test('ports and processes are remembered, for their owner alone, and nothing else is left beside them', async () => {
  const file = createStateFile(home)
  file.begin(PORTS)
  const ours = identify(process.pid) as ProcessIdentity
  file.record('users', 3, ours)
  file.record('orders', 4, { ...ours, birth: 'another process' })
  const again = createStateFile(home)
  expect(again.ports()).toEqual(PORTS)
  expect(again.processOf('users')).toEqual({ ...ours, startedAt: expect.stringMatching(/^\d{4}-.*Z$/) })
  expect(again.runningParts()).toEqual(['users'])
  expect(await readdir(home)).toEqual(['local.json'])
  expect((await stat(path.join(home, 'local.json'))).mode & 0o777).toBe(0o600)
})

test('a state that cannot be understood is an error that names the file', async () => {
  const broken = path.join(home, 'local.json')
  const parts = Object.fromEntries(Object.entries(PORTS).map(([part, port]) => [part, { port }]))
  const states = [
    { version: 2, driver: 'local', parts },
    { version: 1, driver: 'compose', parts },
    { version: 1, driver: 'local', parts: {} },
    { version: 1, driver: 'local', parts: { ...parts, db: { port: '1' } } },
    { version: 1, driver: 'local', parts: { ...parts, db: { port: 1, process: { pid: 42 } } } },
    null,
  ]
  for (const text of ['', '{"version": 1', ...states.map((state) => JSON.stringify(state))]) {
    await writeFile(broken, text)
    expect(() => createStateFile(home).read()).toThrow(expect.objectContaining({ code: 'state-unreadable' }))
  }
})
