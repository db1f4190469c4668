import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each([
  'run.ndjson',
  '/tmp/fresh clone/.msctl/journals/run.ndjson',
  "/home/o'hara/$HOME/`x`.ndjson",
  '/home/Аня/прогон.ndjson',
  '',
  '*',
])('a shell reads %j as it was', (text) => {
  expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text)
})

test('what needs no quotes has none', () => {
  expect(shellWord('/tmp/run-1.ndjson')).toBe('/tmp/run-1.ndjson')
})
