// What the menu refuses before a command is run.
import { expect, test } from 'vitest'
import { createMenu } from './menu.ts'

/** What was run, or why nothing was. */
async function ask(...words: string[]): Promise<unknown> {
  let outcome: unknown = 'nothing was run'
  const execute = (_action: unknown, options: object) => {
    outcome = options
    return Promise.resolve()
  }
  const { msctl } = createMenu({ language: 'en', version: '0.0.0', execute })
  await msctl.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    outcome = error
  })
  return outcome
}

test.each([
  ['up', '--url', 'http://localhost:1'],
  ['--url', 'http://localhost:1', 'down'],
  ['restart', '--url', 'http://localhost:1'],
  ['stop', 'users', '--url', 'http://localhost:1'],
  ['start', 'users', '--url', 'http://localhost:1'],
  ['kill', 'users', '--url', 'http://localhost:1'],
  ['status', '--url', 'http://localhost:1'],
  ['logs', '--url', 'http://localhost:1'],
  ['db', 'users', '--url', 'http://localhost:1'],
  ['cache', 'keys', '--url', 'http://localhost:1'],
  ['cache', 'flush', '--url', 'http://localhost:1'],
  ['doctor', '--url', 'http://localhost:1'],
  ['schema', '--url', 'http://localhost:1'],
  ['completion', 'bash', '--url', 'http://localhost:1'],
  ['grade', '.', '--url', 'http://localhost:1'],
  ['scenario', 'list', '--url', 'http://localhost:1'],
  ['scenario', '--url', 'http://localhost:1'],
  ['verify', '--self-test', '--url', 'http://localhost:1'],
  ['verify', '--compose', 'compose.yml', '--url', 'http://localhost:1'],
])('an address that would be ignored is refused: %s %s %s %s', async (...words) => {
  expect(await ask(...words)).toMatchObject({ code: 'idle-option', facts: { option: '--url' } })
})

test.each([
  ['scenario', '--step'],
  ['scenario', '--set', 'orders=5'],
  ['verify', '--map', 'users=app'],
  ['verify', '--jobs', '2'],
  ['verify', '--self-test', '--report', 'json=x.json'],
])('an option that needs another one, or excludes it, is refused: %s %s %s', async (...words) => {
  expect(await ask(...words)).toMatchObject({ code: 'idle-option' })
})

test.each([
  ['users', 'get', '1', '--url', 'http://localhost:1'],
  ['--url', 'http://localhost:1', 'health'],
  ['load', '--url', 'http://localhost:1'],
  ['verify', '--url', 'http://localhost:1'],
  ['config', '--url', 'http://localhost:1'],
  ['scenario', 'payments', '--url', 'http://localhost:1'],
])('what asks a gateway takes its address: %s %s %s %s', async (...words) => {
  expect(await ask(...words)).toMatchObject({ url: 'http://localhost:1' })
})

/** The help that a command line shows. */
async function helpOf(...words: string[]): Promise<string> {
  let shown = ''
  const { msctl } = createMenu({ language: 'en', version: '0.0.0', execute: () => Promise.resolve() })
  msctl.configureOutput({ writeOut: (text) => (shown += text) })
  // Every command shares what msctl writes with.
  for (const each of [...msctl.commands]) each.configureOutput({ writeOut: (text) => (shown += text) })
  await msctl.parseAsync(words, { from: 'user' }).catch((error: { code?: string }) => {
    if (error.code !== 'commander.helpDisplayed') throw error
  })
  return shown
}

test('help is that of the command which is named, however far down', async () => {
  expect(await helpOf('help', 'users', 'create')).toMatch(/^Usage: msctl users create /)
  expect(await helpOf('help', 'scenario', 'new')).toMatch(/^Usage: msctl scenario new /)
  expect(await helpOf('help', 'up')).toBe(await helpOf('up', '--help'))
  expect(await helpOf('help')).toMatch(/^Usage: msctl /)
})

test('help for what there is not is refused, with what was probably meant', async () => {
  expect(await ask('help', 'nope')).toMatchObject({ code: 'usage' })
  expect(await ask('help', 'users', 'craete')).toMatchObject({
    code: 'usage',
    facts: { detail: 'there is no command "craete" — did you mean create?', command: 'msctl users' },
  })
})

test('help tells of --url only where it is heeded', async () => {
  expect(await helpOf('down', '--help')).not.toContain('--url')
  expect(await helpOf('users', 'get', '--help')).toContain('--url')
})
