// bash is asked itself; zsh and fish, which few test machines have, are looked at where they are.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createMenu } from '../../menu/menu.ts'
import { bashScript } from './bash.ts'
import { describeCommands } from './command-tree.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

const menu = createMenu({ language: 'en', version: '0.0.0', execute: () => Promise.resolve() })
const commands = describeCommands(await menu.program())

/** What bash offers after these words; the last one is being typed. */
function complete(...words: string[]): string[] {
  const script = `${bashScript(commands)}
COMP_WORDS=(msctl "$@"); COMP_CWORD=$#; _msctl; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
  return out.split('\n').filter(Boolean)
}

test('a command is completed, and what is below it', () => {
  expect(complete('st').sort()).toEqual(['start', 'status', 'stop'])
  expect(complete('users', '')).toEqual(['create', 'list', 'get', 'update', 'delete'])
  expect(complete('--lang', 'ru', 'orders', 'l')).toEqual(['list'])
})

test('options are those of the command and those of all', () => {
  expect(complete('users', 'create', '--')).toEqual(
    expect.arrayContaining(['--email', '--name', '--data', '--idempotency-key', '--json', '--help']),
  )
  expect(complete('users', 'create', '--')).not.toContain('--user-id')
  expect(complete('users', 'create', '--')).not.toContain('--version')
})

test('a value is one of its choices, or anything', () => {
  expect(complete('up', '--driver', '')).toEqual(['auto', 'local', 'compose'])
  expect(complete('users', 'get', '1', '--lang', 'r')).toEqual(['ru'])
  expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  expect(complete('users', 'create', '--email', '')).toEqual([])
})

test('what the platform and the grader have is offered by name', () => {
  expect(complete('stop', '')).toEqual(['db', 'cache', 'users', 'orders', 'payments', 'gateway'])
  expect(complete('db', 'o')).toEqual(['orders'])
  expect(complete('scenario', 'circuit')).toEqual(['circuit-breaker'])
  expect(complete('scenario', 'replay', '')).toEqual([])
  expect(complete('verify', '--only', 'caching.users.t')).toEqual(['caching.users.ttl'])
  expect(complete('verify', '--skip', 'pay')).toContain('payments')
  expect(complete('verify', '--report', 'ht')).toEqual(['html='])
  // The file after it is bash's own to complete.
  expect(complete('verify', '--report', 'html', '=')).toEqual([])
  expect(complete('verify', '--source', '')).toEqual([])
})

test('each shell is told of every command', () => {
  for (const script of [bashScript(commands), zshScript(commands), fishScript(commands)]) {
    for (const { path } of commands) expect(script).toContain(path.at(-1) ?? 'msctl')
    expect(script).toContain('idempotency-key')
  }
})

for (const [shell, script] of [
  ['zsh', zshScript(commands)],
  ['fish', fishScript(commands)],
] as const) {
  const exists = spawnSync(shell, ['--version']).status === 0
  test.runIf(exists)(`${shell} can read it`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'msctl-completion-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'script')
    writeFileSync(file, script)
    // fish takes no script from a pipe that Node makes.
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })
}
