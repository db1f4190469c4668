// `msctl report`, as it is run: a report is shown and converted, and shards become what one run would have left.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exampleReport } from '@msctl/grader/reports/example-report'
import { type Grade, gradesOf, renderGradesCsv } from '@msctl/grader/reports/grades'
import { renderReport } from '@msctl/grader/reports/render-report'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { renderingOn } from '../testing/rendering.ts'
import { renderGrades } from './grade/grade.ts'
import { merge, show } from './report.ts'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'msctl-report-'))
  return () => rm(cwd, { recursive: true, force: true })
})

const context = { env: {} } as Context
const rendering = renderingOn()

describe('a stored report', () => {
  const report = exampleReport('en')

  test('is shown as the grading showed it, and written in other formats', async () => {
    const file = path.join(cwd, 'report.json')
    await writeFile(file, renderReport('json', report, {}))
    const html = path.join(cwd, 'out.html')
    const shown = await show.run({ file, report: [{ format: 'html', file: html }] }, context)
    expect(show.toJson?.(shown)).toEqual(report)
    expect(show.render(shown, rendering).result).toContain('PUT changes only the fields that it names')
    expect(await readFile(html, 'utf8')).toBe(renderReport('html', report, {}))
  })

  test('leaves stdout to a format that is written there', () => {
    expect(show.render({ report, isPrinted: true }, rendering)).toEqual({ result: '' })
  })
})

const grade = (id: string, changes: Partial<Grade> = {}): Grade => ({
  ...{
    id,
    score: 72,
    assessable: 85,
    maxScore: 100,
    percent: 84.7,
    passed: true,
    status: 'passed',
    reason: '',
  },
  ...changes,
})

/** What `msctl grade` leaves for a shard. */
async function store(shard: string, grades: readonly Grade[]): Promise<string> {
  const folder = path.join(cwd, shard)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'grades.json'), JSON.stringify(gradesOf(grades)))
  for (const { id } of grades) {
    await mkdir(path.join(folder, id))
    await writeFile(path.join(folder, id, 'report.html'), `the report of ${id}`)
  }
  return folder
}

describe('shards', () => {
  const all = ['a', 'b', 'c', 'd'].map((id, index) => grade(id, { score: index }))

  test('become the folder that one run would have left', async () => {
    const shards = [
      await store('1', [all[3], all[1]] as Grade[]),
      await store('2', [all[2], all[0]] as Grade[]),
    ]
    const out = path.join(cwd, 'all')
    expect(await merge.run({ shards, out }, context)).toEqual(gradesOf(all))
    expect((await readdir(out)).sort()).toEqual(['a', 'b', 'c', 'd', 'grades.csv', 'grades.json'])
    expect(JSON.parse(await readFile(path.join(out, 'grades.json'), 'utf8'))).toEqual(gradesOf(all))
    expect(await readFile(path.join(out, 'grades.csv'), 'utf8')).toBe(renderGradesCsv(gradesOf(all)))
    expect(await readFile(path.join(out, 'c', 'report.html'), 'utf8')).toBe('the report of c')
  })

  test('can be merged into one of themselves', async () => {
    const shards = [await store('1', [all[0]] as Grade[]), await store('2', [all[1]] as Grade[])]
    await merge.run({ shards, out: shards[0] }, context)
    expect((await readdir(shards[0] ?? '')).sort()).toEqual(['a', 'b', 'grades.csv', 'grades.json'])
  })

  test('of which two have the same submission are refused, and nothing is written', async () => {
    const shards = [await store('1', [grade('a')]), await store('2', [grade('a', { score: 1 })])]
    const out = path.join(cwd, 'all')
    await expect(merge.run({ shards, out }, context)).rejects.toMatchObject({
      code: 'grades-overlap',
      facts: { id: 'a', shards },
    })
    expect((await readdir(cwd)).sort()).toEqual(['1', '2'])
  })

  test.for(['../a', '..', '', 'a/b'])('that name a folder elsewhere (%j) are refused', async (id) => {
    await writeFile(path.join(cwd, 'grades.json'), JSON.stringify(gradesOf([grade(id)])))
    await expect(merge.run({ shards: [cwd] }, context)).rejects.toMatchObject({ code: 'grades-unreadable' })
  })

  test.for(['none', 'empty.json'])('that are no grades (%s) are refused', async (name) => {
    await writeFile(path.join(cwd, 'empty.json'), '{}')
    const place = path.join(cwd, name)
    await expect(merge.run({ shards: [place] }, context)).rejects.toMatchObject({
      code: 'grades-unreadable',
      facts: { file: place },
    })
  })
})

test('the grades are a table', () => {
  const { result } = renderGrades(
    gradesOf([
      grade('ann'),
      grade('bob', { score: 10, percent: 11.7, passed: false, status: 'below', reason: 'caching' }),
      grade('eve', {
        score: 0,
        assessable: 0,
        percent: 0,
        passed: false,
        status: 'not-ready',
        reason: 'no\nanswer',
      }),
    ]),
    rendering,
  )
  expect(result).toBe(
    [
      'submission  points          result         why',
      'ann          72/85  84.7 %  passed',
      'bob          10/85  11.7 %  not passed     caching',
      'eve              –          never started  no answer',
      '',
      '1 of 3 passed',
    ].join('\n'),
  )
})
