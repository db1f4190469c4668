import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { findHome } from './home.ts'

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'msctl-find-')))
  return () => rmSync(dir, { recursive: true, force: true })
})

test('in a clone the state is beside the project, wherever one stands', () => {
  mkdirSync(path.join(dir, 'services'))
  writeFileSync(path.join(dir, 'build.mjs'), '')
  const home = findHome({ programDir: path.join(dir, 'cli', 'dist'), cwd: '/', env: {} })
  expect(home).toMatchObject({ state: path.join(dir, '.msctl'), clone: dir })
})

test('MSCTL_HOME comes before all', () => {
  expect(findHome({ programDir: dir, cwd: dir, env: { MSCTL_HOME: 'here' } }).state).toBe(
    path.join(dir, 'here'),
  )
})

test('installed by itself, the nearest state folder is used, else one in the current folder', () => {
  const below = path.join(dir, 'a', 'b')
  mkdirSync(below, { recursive: true })
  const options = { programDir: '/usr/lib/node_modules/msctl/dist', cwd: below, env: {} }
  expect(findHome(options).state).toBe(path.join(below, '.msctl'))
  mkdirSync(path.join(dir, '.msctl'))
  expect(findHome(options).state).toBe(path.join(dir, '.msctl'))
  expect(findHome({ ...options, uid: 12345 }).state).toBe(path.join(below, '.msctl')) // not somebody else's
})
