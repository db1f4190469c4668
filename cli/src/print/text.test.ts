import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { renderTable } from './table.ts'
import { clip, displayWidth, shellWord, wrap } from './text.ts'

test('a text is as wide as a terminal shows it', () => {
  const widths = ['Ann', 'Анна', '李小龍', '🦊', 'e\u0301', 'и\u0306', 'ｗｉｄｅ', '…', '№ 1', ''].map(
    displayWidth,
  )
  expect(widths).toEqual([3, 4, 6, 2, 1, 1, 8, 1, 3, 0])
})

test('what is cut fits, also where a letter takes two columns', () => {
  expect([clip('Anna', 4), clip('Anna', 3), clip('李小龍', 5), clip('李小龍', 4)]).toEqual([
    ...['Anna', 'An…', '李小…', '李…'],
  ])
})

test('lines break between words, and hang below where they began', () => {
  expect(wrap('one two three four', 9)).toBe('one two\nthree\nfour')
  expect(wrap('one two three', 9, '    ')).toBe('one\n    two\n    three')
  expect(wrap('It said:\n    a long line', 12, '  ')).toBe('It said:\n      a long\n      line')
  expect(wrap('http://localhost:8000 is down', 10)).toBe('http://localhost:8000\nis down')
})

test('columns that may shrink do so before others are left out', () => {
  const heads = [{ title: 'id' }, { title: 'name', shrinksTo: 6 }, { title: 'since' }]
  const rows = [['1', 'Anna Karenina', '2026'].map((text) => ({ text }))]
  const table = (width: number) => renderTable(heads, rows, width, (text) => text)
  expect(table(24)).toBe('id  name           since\n1   Anna Karenina  2026')
  expect(table(20)).toBe('id  name       since\n1   Anna Kar…  2026')
  expect(table(16)).toBe('id  name\n1   Anna Kareni…')
})

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
