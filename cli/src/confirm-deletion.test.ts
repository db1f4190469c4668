import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { openLiveTerminal } from './testing/live-terminal.ts'
import { finish, MAIN, makeHome, startMsctl } from './testing/msctl.ts'
import { hasTmux } from './testing/terminal.ts'

let home: string
let data: string
beforeEach(async () => {
  home = await makeHome()
  data = path.join(home, 'data', 'postgres')
  await mkdir(data, { recursive: true })
  await writeFile(path.join(home, 'driver'), 'local\n')
  return () => rm(home, { recursive: true, force: true })
})

test.skipIf(!hasTmux)(
  'somebody at a terminal is asked before data are deleted',
  async () => {
    const env = { MSCTL_HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' }
    const terminal = await openLiveTerminal({ columns: 160, rows: 30, env })
    onTestFinished(() => terminal.close())
    const msctl = async (...words: string[]) => {
      await terminal.press(`clear; ${process.execPath} ${MAIN} ${words.join(' ')}; echo "exit $?"`, 'Enter')
    }
    for (const words of [
      ['down', '--volumes'],
      ['up', '--fresh', '--driver', 'local'],
    ]) {
      await msctl(...words)
      await terminal.waitFor(/This deletes all users, orders and payments .* Go on\? \[y\/N\]/s)
      await terminal.press('n', 'Enter')
      expect(await terminal.waitFor(/^exit \d/m)).toMatch(/Error: Nothing was deleted,[\s\S]*^exit 1$/m)
      expect(existsSync(data)).toBe(true)
    }
    await msctl('down', '--volumes', '--lang', 'ru')
    await terminal.waitFor('Продолжить? [y/N]')
    await terminal.press('C-c')
    expect(await terminal.waitFor(/^exit \d/m)).toMatch(/^exit 130$/m)
    expect(existsSync(data)).toBe(true)
    await msctl('down', '--volumes')
    await terminal.waitFor('[y/N]')
    await terminal.press('y', 'Enter')
    await terminal.waitFor(/^exit 0/m)
    expect(existsSync(data)).toBe(false)
  },
  60_000,
)

test('a script has said what it wants, and is not asked', async () => {
  expect(await finish(startMsctl(['down', '--volumes'], { home, env: { PATH: '/nowhere' } }))).toMatchObject({
    code: 0,
    err: '',
  })
  expect(existsSync(data)).toBe(false)
})
