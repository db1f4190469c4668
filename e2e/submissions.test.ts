// docs/submissions.md is what grader/fixtures/verdicts.ts says, to which `npm run e2e -- submissions` holds msctl. `vitest -u` renews it.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { EXITS, FIXTURES, type Fixture, type Verdict } from '../grader/fixtures/verdicts.ts'

const root = path.resolve(import.meta.dirname, '..')
const fixtures = path.join(root, 'grader', 'fixtures')

const INTRODUCTION = `# Submissions, and what comes of them

Real submissions are not this platform with a fault switched on. These are small ones of the shapes that people hand in, each a folder that
can be read and run by itself: \`docker compose up --build\` in it. What they share is linked: only what is no link is a shape's own.
\`npm run e2e -- submissions\` grades them all, \`npm run e2e -- submissions -t NAME\` some of them, and holds \`msctl verify\` to this table;
\`-t twelve\` grades a folder of twelve with \`msctl grade\`. Each verdict follows from the [assignment](contract.md) and from
[what grading promises](grading.md). The code's quality is judged by people, so the score is out of 90.

The exit is that of \`msctl verify\`: ${Object.entries(EXITS)
  .map(([status, exit]) => `${exit} ${status}`)
  .join(', ')}.
`

const WORDS: Readonly<Record<Verdict['status'], string>> = {
  passed: 'passed',
  below: 'below the mark',
  refused: 'refused',
  missing: 'nothing handed in',
  'not-ready': 'never ready',
  error: 'no verdict',
}

const escapeCell = (text: string) => text.replace(/[|<>*_]/g, '\\$&')

function verdictCells({ status, score, reason }: Verdict): string[] {
  const says = reason === undefined || reason.says === '' ? '' : `“${escapeCell(reason.says)}”`
  const check = reason?.check === undefined ? '' : `\`${reason.check}\``
  return [
    WORDS[status],
    score === undefined ? '' : `${score}`,
    [check, says].filter(Boolean).join(' '),
    `${EXITS[status]}`,
  ]
}

function rowsOf([name, fixture]: readonly [string, Fixture]): string[][] {
  const { folder = name, what, writtenIn, withCompose1 } = fixture
  const place = path.posix.join('../grader/fixtures', folder)
  const row = [`[${name}](${place})`, escapeCell(what), writtenIn, ...verdictCells(fixture)]
  if (withCompose1 === undefined) return [row]
  return [row, ['', 'with docker-compose 1.29', '', ...verdictCells(withCompose1)]]
}

test('docs/submissions.md says what comes of each', async () => {
  const head = ['submission', 'what it is', 'in', 'verdict', 'score', 'first reason', 'exit']
  const lines = [head, head.map(() => '---'), ...Object.entries(FIXTURES).flatMap(rowsOf)]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  await expect(`${INTRODUCTION}\n${table}\n`).toMatchFileSnapshot(path.join(root, 'docs', 'submissions.md'))
})

test('each submission has a verdict, and each verdict a submission', async () => {
  const entries = await readdir(fixtures, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const named = Object.entries(FIXTURES).map(([name, { folder = name }]) => folder)
  expect(named.filter((folder) => !folder.startsWith('..')).sort()).toEqual(folders.sort())
  expect(named.map((folder) => path.join(fixtures, folder)).filter((folder) => !existsSync(folder))).toEqual(
    [],
  )
})
