// `npm run texts`: what cannot be found in the sources is not read by anybody.
import { execFileSync } from 'node:child_process'
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
