// `npm run texts`: what cannot be found in the sources is not read by anybody.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

test('the page of all texts has those of each way in which they are written, and none in one language alone', () => {
  const program = path.resolve(import.meta.dirname, '../docs/texts.mjs')
  const page = execFileSync(process.execPath, [program], { encoding: 'utf8', maxBuffer: 10_000_000 })
  // A catalogue, { en, ru }, and two arguments side by side.
  expect(page).toContain('| The cache is empty. | Кэш пуст. |')
  expect(page).toContain('| GET gives 404 | GET отвечает 404 |')
  expect(page).toContain('| X-Cache always says MISS. | X-Cache всегда говорит MISS. |')
  for (const place of ['cli/src/messages/', 'grader/src/reports/', 'scenarios/src/sheets/'])
    expect(page).toContain(`## ${place}`)
  expect(page).not.toMatch(/\| undefined \|/)
})

test('nothing tells anybody to install what is not on the registry, where anyone could take its name', () => {
  const root = path.resolve(import.meta.dirname, '..')
  const files = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.tsx', '*.mjs', '*.yml'], {
    ...{ cwd: root, encoding: 'utf8' },
  })
  const byName = /\b(npm (i|install|add)|npx|yarn add|pnpm add)( -{1,2}[\w-]+)* (msctl|@msctl\/[\w-]+)\b(?!-)/
  const told = files
    .trim()
    .split('\n')
    .filter((file) => byName.test(readFileSync(path.join(root, file), 'utf8')))
  expect(told).toEqual([])
  expect(['npm install --save-dev', 'msctl'].join(' ')).toMatch(byName)
  expect('npm install ./msctl-0.1.0.tgz').not.toMatch(byName)
})
