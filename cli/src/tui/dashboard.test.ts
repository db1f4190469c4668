// The dashboard as people see it: the built program in a real terminal, before a real platform.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Change } from '@msctl/platform/platform'
import { reservePort } from '@msctl/platform/reserved-ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LiveTerminal, openLiveTerminal } from '../testing/live-terminal.ts'
import { finish, MAIN, makeHome, startMsctl } from '../testing/msctl.ts'
import { hasTmux } from '../testing/terminal.ts'

/** Long enough to be seen while it is open. */
const RESET_SECONDS = 3
const TIMEOUT_MS = 90_000
/** Clears the screen; what is typed before that has been done would be wiped away with the rest. */
const CLEAR = 'clear; echo clean'
const CLEARED = /^clean\n\$\s*$/

describe.runIf(hasTmux)('in a terminal', { timeout: TIMEOUT_MS }, () => {
  let home: string
  let url: string
  let terminal: LiveTerminal
  // Another platform may be at port 8000.
  let port: { MSCTL_PORT: string }
  const msctl = (...args: string[]) =>
    finish(startMsctl(args, { home, env: { ...port, BREAKER_RESET_SECONDS: String(RESET_SECONDS) } }))

  beforeAll(async () => {
    home = await makeHome()
    port = { MSCTL_PORT: String(await reservePort()) }
    const up = await msctl('up', '--driver', 'local', '--json')
    expect({ code: up.code, err: up.code === 0 ? '' : up.err }).toEqual({ code: 0, err: '' })
    url = (JSON.parse(up.out) as Change).status.url ?? ''
    const body = JSON.stringify({ email: 'ann@example.com', name: 'Ann' })
    await fetch(`${url}/users`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    const bin = path.dirname(process.execPath)
    const env = { ...port, MSCTL_HOME: home, HOME: home, LANG: 'C.UTF-8', PATH: `${bin}:${process.env.PATH}` }
    terminal = await openLiveTerminal({ columns: 80, rows: 24, env })
    await terminal.press(`alias msctl="node '${MAIN}'"; stty -g > '${home}/before'; ${CLEAR}`, 'Enter')
    await terminal.waitFor(CLEARED)
  }, TIMEOUT_MS)
  afterAll(async () => {
    await terminal?.close()
    await msctl('down', '--volumes')
    await rm(home, { recursive: true, force: true })
  }, TIMEOUT_MS)

  /** Leaves by a key, and checks that the terminal is as it was before. */
  async function expectSaneAfter(key: string, code: number): Promise<void> {
    await terminal.press(key)
    const text = await terminal.waitFor(/exit \d+\n\$/)
    expect(text.trimEnd()).toBe(`clean\n$ msctl; echo exit $?\nexit ${code}\n$`)
    expect(await terminal.modes()).toEqual({ alternate: false, cursor: true })
    const compare = `stty -g | cmp - '${home}/before' && echo as before`
    await terminal.press(`clear; ${compare}`, 'Enter')
    await terminal.waitFor(/^as before$/m)
    await terminal.press(CLEAR, 'Enter')
    await terminal.waitFor(CLEARED)
  }

  test('shows a service stopped, its circuit opened, half-open and closed, by keys; q leaves no trace', async () => {
    await terminal.press('msctl; echo exit $?', 'Enter')
    const atRest = await terminal.waitFor('● ok')
    expect(atRest).toContain('users     ● CLOSED ──────────── 0/5 ▸ ○ OPEN ──────────────────▸ ○ HALF_OPEN')
    expect(await terminal.modes()).toEqual({ alternate: true, cursor: false })

    // The program takes the key for what it shows, not for what it showed a moment ago.
    await terminal.waitFor(/▸ users +● [\d.]+ ms/)
    await terminal.press('s')
    await terminal.waitFor(/▸ users +○ down/)
    for (let count = 0; count < 5; count++) await fetch(`${url}/users/1`)
    const open = await terminal.waitFor(/users +○ CLOSED ━+ 5\/5 ▸ ● OPEN ━*─* \d s ▸ ○ HALF_OPEN/)
    expect(open).toContain('degraded')
    await terminal.waitFor(/users +○ CLOSED ━+ 5\/5 ▸ ○ OPEN ─+▸ ● HALF_OPEN/)

    await terminal.press('s')
    await terminal.waitFor(/▸ users +● [\d.]+ ms/)
    await expect.poll(async () => (await fetch(`${url}/users/1`)).status, { timeout: 10_000 }).toBe(200)
    const closed = await terminal.waitFor(/users +● CLOSED ─+ 0\/5/)
    expect(closed).toContain('HALF_OPEN → CLOSED')
    await terminal.waitFor(/user:1 +━+ +\d+ s/)
    // Nothing is being done any more, between the time that it has run and how it is.
    await terminal.waitFor(/^ msctl .* s +● ok/)
    await terminal.press('f')
    await terminal.waitFor('The cache is empty; 1 key')

    await terminal.resize(200, 50)
    await terminal.waitFor(/^╭─ Circuits ─{187}╮$/m)
    await terminal.resize(60, 20)
    await terminal.waitFor('needs 80 × 24')
    await terminal.resize(80, 24)
    await terminal.waitFor('● CLOSED')
    await expectSaneAfter('q', 0)
  })

  test('says that nothing runs, and starts it by a key; Ctrl-C leaves no trace', async () => {
    await msctl('down')
    await terminal.press('msctl; echo exit $?', 'Enter')
    await terminal.waitFor('Press u to start it.')
    await terminal.press('u')
    await terminal.waitFor('the platform is up')
    await terminal.waitFor('● ok')
    await expectSaneAfter('C-c', 130)
  })
})
