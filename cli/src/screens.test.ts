// The main screens as they stand in a real terminal, 60, 80 and 200 columns wide. What they should look like is kept in
// testing/screens; UPDATE_SCREENS=1 writes it anew: look at the difference before you commit it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finish, MAIN, makeHome } from './testing/msctl.ts'
import { hasTmux, openTerminal, type TestTerminal } from './testing/terminal.ts'

const KEPT = path.resolve(import.meta.dirname, 'testing/screens')
const WIDTHS = [60, 80, 200]
const isUpdate = process.env.UPDATE_SCREENS === '1'

const user = (id: number, email: string, name: string) => ({
  id,
  email,
  name,
  created_at: '2026-01-31T12:00:00.123Z',
})
const USERS = [
  user(1, 'ann@example.com', 'Ann'),
  user(2, 'anna.karenina@example.com', 'Анна Аркадьевна Каренина'),
  user(30, 'li@example.com', '李小龍'),
  user(
    400,
    'a.rather.long.address.that.fills.a.line@mail.department.example.com',
    'Ann 🦊 of the Long Address',
  ),
]
const closed = {
  status: 'CLOSED',
  failure_count: 0,
  opened_at: null,
  retry_in_seconds: null,
  transitions: [],
}
const open = {
  ...closed,
  status: 'OPEN',
  failure_count: 5,
  opened_at: '2026-01-31T12:00:00Z',
  retry_in_seconds: 12.4,
}
const halfOpen = { ...open, status: 'HALF_OPEN', retry_in_seconds: 0 }

/** What a gateway answers, each time the same. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: object]>> = {
  '/ok/health': [200, { status: 'ok', circuits: { users: closed, orders: closed, payments: closed } }],
  '/bad/health': [200, { status: 'degraded', circuits: { users: open, orders: halfOpen, payments: closed } }],
  '/ok/users': [200, USERS],
  '/ok/users/2': [200, USERS[1] ?? {}],
  '/ok/users/7': [404, { type: 'urn:msctl:problem:not-found', title: 'Not found', status: 404 }],
}

/** What the real program is asked; the others are screens of screen-fixtures.ts. */
const REAL: Readonly<Record<string, readonly string[]>> = {
  help: ['--help'],
  'help-up': ['up', '--help'],
  'help-users-create': ['users', 'create', '--help'],
  'users-list': ['users', 'list', '--url', 'URL/ok'],
  'users-get': ['users', 'get', '2', '--url', 'URL/ok'],
  health: ['health', '--url', 'URL/ok'],
  'health-open': ['health', '--url', 'URL/bad'],
  error: ['users', 'get', '7', '--url', 'URL/ok'],
  'error-usage': ['orders', 'create', '--quantity', 'two'],
}
const ENGLISH = [...Object.keys(REAL), 'up', 'status', 'status-compose', 'doctor', 'load', 'logs']
const RUSSIAN = ['help', 'help-up', 'health-open', 'error-usage', 'status', 'doctor']
const SCREENS = [
  ...ENGLISH.map((name) => [name, 'en'] as const),
  ...RUSSIAN.map((name) => [name, 'ru'] as const),
]

let home: string
let url: string
let terminal: TestTerminal
let env: Record<string, string>
const server = createServer((request, response) => {
  const [status, body] = ANSWERS[request.url?.split('?')[0] ?? ''] ?? [500, {}]
  response.writeHead(status, {
    'content-type': status === 200 ? 'application/json' : 'application/problem+json',
  })
  response.end(JSON.stringify(body))
})

beforeAll(async () => {
  home = await makeHome()
  terminal = await openTerminal()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  env = { HOME: home, MSCTL_HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' }
  await build({
    entryPoints: [path.resolve(import.meta.dirname, 'testing/screen-fixtures.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: path.join(home, 'fixtures.cjs') },
    conditions: ['@msctl/source'],
    // What no screen shows.
    external: ['@msctl/platform/choose-platform'],
  })
})
afterAll(async () => {
  await terminal.close()
  server.close()
  await rm(home, { recursive: true, force: true })
})

function commandOf(name: string, lang: string): string[] {
  const args = REAL[name]?.map((word) => word.replace('URL', url))
  return args === undefined
    ? [process.execPath, path.join(home, 'fixtures.cjs'), name, lang]
    : [process.execPath, MAIN, ...args, '--lang', lang]
}

/** The screen at each width, each below a line of that width. */
async function allWidths(name: string, lang: string): Promise<string> {
  const screens = await Promise.all(
    WIDTHS.map(async (columns) => {
      const text = await terminal.show(commandOf(name, lang), { columns, env })
      return `${'─'.repeat(columns)} ${columns}\n${text.replaceAll(url, 'http://127.0.0.1:8000')}`
    }),
  )
  return screens.join('\n')
}

describe.runIf(hasTmux)('a terminal shows', () => {
  test.for(SCREENS)('%s in %s', async ([name, lang]) => {
    const file = path.join(KEPT, `${name}.${lang}.txt`)
    const shown = await allWidths(name, lang)
    if (isUpdate) {
      await mkdir(KEPT, { recursive: true })
      await writeFile(file, shown)
    }
    expect(shown).toBe(existsSync(file) ? await readFile(file, 'utf8') : '')
  })
})

describe.runIf(hasTmux)('in a terminal', () => {
  const show = (name: string, more: Readonly<Record<string, string>>, withMarks = true) =>
    terminal.show(commandOf(name, 'en'), { columns: 80, env: { ...env, ...more }, withMarks })

  test.for(['status', 'error'])(
    '%s has colours, unless they are unwanted or there can be none',
    async (name) => {
      expect(await show(name, {})).toContain('\u001b[')
      const plain = await show(name, {}, false)
      for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { CI: '1' }] as const) {
        expect(await show(name, more)).toBe(plain)
      }
    },
  )

  test.for([
    [{}, true],
    [{ TERM: 'dumb' }, false],
    [{ CI: '1' }, false],
  ] as const)('with %j, whether lines are drawn over is %j', async ([more, isDrawnOver]) => {
    // `script` keeps all that is written, also what is gone from the screen in the end.
    const file = path.join(home, 'typescript')
    const command = [
      'sh',
      '-c',
      `script -qec "$0 $1 up" ${file}`,
      process.execPath,
      path.join(home, 'fixtures.cjs'),
    ]
    await terminal.show(command, { columns: 80, env: { ...env, ...more } })
    const [, ...written] = (await readFile(file, 'utf8')).split('\n')
    expect(written.join('\n')).toContain('gateway ready')
    expect(/\r[^\n]/.test(written.join('\n'))).toBe(isDrawnOver)
  })
})

test.for(['status', 'health-open', 'error', 'up', 'load'])(
  '%s is plain text where there is no terminal',
  async (name) => {
    const [command = '', ...args] = commandOf(name, 'en')
    const { out, err } = await finish(
      spawn(command, args, { env: { ...env, PATH: process.env.PATH }, cwd: '/' }),
    )
    expect(out + err).not.toContain('\u001b')
    expect(out + err).not.toContain('\r')
    const kept = await readFile(path.join(KEPT, `${name}.en.txt`), 'utf8')
    const wide = kept.split(/^─+ 200\n/m)[1] ?? ''
    // Of two streams, which line came first cannot be told.
    const lines = (text: string) => text.trim().split('\n').sort()
    expect(lines(out + err)).toEqual(lines(wide))
  },
)
