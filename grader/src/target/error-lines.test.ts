import { expect, test } from 'vitest'
import { errorLines } from './error-lines.ts'

const noise = (count: number) => Array.from({ length: count }, (_, index) => `step ${index}`)

test('the first error is shown, and not what came of it in the end', () => {
  const log = [...noise(30), 'npm ERR! code ENOENT', ...noise(30), 'service exited']
  expect(errorLines(log, 3)).toEqual(['npm ERR! code ENOENT', 'step 0', 'step 1'])
})

test('without an error the end is shown', () => {
  expect(errorLines(noise(30), 2)).toEqual(['step 28', 'step 29'])
})

test('of a long traceback what was raised is shown', () => {
  const frames = Array.from({ length: 40 }, (_, index) => `  File "a${index}.py", line 1, in f`)
  const log = ['starting', 'Traceback (most recent call last):', ...frames, 'KeyError: "DB_HOST"', 'bye']
  const shown = errorLines(log, 8)
  expect(shown).toHaveLength(8)
  expect(shown[0]).toMatch(/^Traceback/)
  expect(shown.at(-1)).toBe('KeyError: "DB_HOST"')
})

test('escape sequences and empty lines are left out', () => {
  expect(errorLines(['\u001b[91mError: no table\u001b[0m', '', '  '])).toEqual(['Error: no table'])
})
