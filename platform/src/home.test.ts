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

test('installed by itself, it is one platform in every folder, where the system wants the state of programs', () => {
  const below = path.join(dir, 'a', 'b')
  const options = { programDir: '/usr/lib/node_modules/msctl/dist', cwd: below, system: 'linux' } as const
  const find = (env: NodeJS.ProcessEnv, system: NodeJS.Platform = 'linux') => {
    const { state, cache } = findHome({ ...options, env: { HOME: '/home/ann', ...env }, system })
    return [state, cache]
  }
  expect(find({})).toEqual(['/home/ann/.local/state/msctl', '/home/ann/.cache/msctl'])
  expect(find({ XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c' })).toEqual(['/s/msctl', '/c/msctl'])
  // The specification: relative paths are to be ignored.
  expect(find({ XDG_STATE_HOME: 's' })).toEqual(find({}))
  expect(find({}, 'darwin')).toEqual([
    '/home/ann/Library/Application Support/msctl',
    '/home/ann/Library/Caches/msctl',
  ])
  expect(find({ MSCTL_HOME: '/m', XDG_STATE_HOME: '/s' })).toEqual(['/m', '/m/cache'])
})

test('installed by itself, it works on the clone that one stands in, unless that is of somebody else', () => {
  mkdirSync(path.join(dir, 'services', 'users'), { recursive: true })
  writeFileSync(path.join(dir, 'build.mjs'), '')
  const cwd = path.join(dir, 'services', 'users')
  const options = { programDir: '/usr/lib/node_modules/msctl/dist', cwd, env: { HOME: '/home/ann' } }
  const state = path.join(dir, '.msctl')
  expect(findHome(options)).toMatchObject({ state, projectDir: dir, clone: undefined })
  expect(findHome({ ...options, uid: 12345 })).toMatchObject({ projectDir: cwd })
  expect(findHome({ ...options, uid: 12345 }).state).not.toBe(state)
})
