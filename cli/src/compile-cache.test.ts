// The built program, in a place of its own. From Node 22.8 on, Node keeps compiled code itself.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { MAIN } from './testing/msctl.ts'

const BUNDLES = ['start.cjs', 'main.cjs', 'commands.config.cjs']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'msctl-compiled-'))
  for (const name of BUNDLES) cpSync(path.join(path.dirname(MAIN), name), path.join(folder, name))
  return () => rmSync(folder, { recursive: true, force: true })
})

const run = () => {
  const args = [path.join(folder, 'start.cjs'), 'config', '--json']
  const env = { PATH: process.env.PATH, MSCTL_HOME: folder, LANG: 'C.UTF-8' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}
/** What is kept, and when it was written. */
const kept = () => {
  const [cache = ''] = readdirSync(path.join(folder, '.compiled')).map((name) =>
    path.join(folder, '.compiled', name),
  )
  return readdirSync(cache).map((name) => path.join(cache, name))
}
const written = () => kept().map((file) => statSync(file).mtimeMs)

describe.skipIf('enableCompileCache' in nodeModule)('compiled code', () => {
  test('is kept by the first start, and used by the next', () => {
    const first = run()
    expect(kept()).toHaveLength(2)
    const before = written()
    expect(run()).toBe(first)
    expect(written()).toEqual(before)
  })

  test('that is of no use is made anew', () => {
    const first = run()
    for (const file of kept()) writeFileSync(file, 'something else')
    expect(run()).toBe(first)
    for (const file of kept()) expect(readFileSync(file).length).toBeGreaterThan(1_000)
  })

  test('is not needed: where none can be kept, all goes as well', () => {
    writeFileSync(path.join(folder, '.compiled'), '')
    expect(run()).toContain('settings')
  })
})
