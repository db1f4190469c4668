import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { exampleReport } from './example-report.ts'
import { readReport } from './read-report.ts'
import { renderReport } from './render-report.ts'
import { checkReportFiles, writeReports } from './write-reports.ts'

const report = exampleReport('en')
let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'msctl-reports-'))
  return () => rm(cwd, { recursive: true, force: true })
})
const read = (name: string) => readFile(path.join(cwd, name), 'utf8')
const options = () => ({ cwd, env: {}, print: () => undefined })

describe('before a grading', () => {
  const isRoot = process.getuid?.() === 0

  test('a folder that there is not is refused, and not made', async () => {
    const checked = checkReportFiles([{ format: 'html', file: 'a/b/out.html' }], cwd)
    const reason = `There is no folder ${path.join(cwd, 'a', 'b')}.`
    await expect(checked).rejects.toMatchObject({ code: 'report-unwritable', facts: { reason } })
    expect(await readdir(cwd)).toEqual([])
  })

  test('nothing is left where a report will be', async () => {
    await checkReportFiles([{ format: 'html', file: 'out.html' }], cwd)
    expect(await readdir(cwd)).toEqual([])
  })

  test('a folder, a file in the way and two reports in one file are refused', async () => {
    await mkdir(path.join(cwd, 'folder'))
    await writeFile(path.join(cwd, 'file'), '')
    // In /proc not even root can make a file.
    const nowhere = process.platform === 'linux' ? ['/proc/out.html'] : []
    for (const file of ['folder', 'file/out.html', ...nowhere]) {
      await expect(checkReportFiles([{ format: 'html', file }], cwd)).rejects.toMatchObject({
        code: 'report-unwritable',
        facts: { file },
      })
    }
    const twice = [{ format: 'html', file: 'x' } as const, { format: 'tap', file: './x' } as const]
    await expect(checkReportFiles(twice, cwd)).rejects.toMatchObject({ code: 'report-unwritable' })
  })

  test.skipIf(isRoot)('a file that may not be changed is refused', async () => {
    await writeFile(path.join(cwd, 'mine'), '')
    await chmod(path.join(cwd, 'mine'), 0o444)
    await expect(checkReportFiles([{ format: 'html', file: 'mine' }], cwd)).rejects.toMatchObject({
      code: 'report-unwritable',
    })
  })

  test('stdout can always be written to, more than once', async () => {
    await checkReportFiles(
      [
        { format: 'github', file: '-' },
        { format: 'tap', file: '-' },
      ],
      cwd,
    )
  })
})

describe('after it', () => {
  test('each report is in its file, in the place of an older one, and no draft is left', async () => {
    await writeFile(path.join(cwd, 'out.xml'), 'an older one, which was longer')
    await mkdir(path.join(cwd, 'sub'))
    await writeReports(
      report,
      [
        { format: 'junit', file: 'out.xml' },
        { format: 'html', file: 'sub/out.html' },
      ],
      options(),
    )
    expect(await read('out.xml')).toBe(renderReport('junit', report, {}))
    expect(await read('sub/out.html')).toBe(renderReport('html', report, {}))
    expect((await readdir(cwd)).sort()).toEqual(['out.xml', 'sub'])
  })

  test('- is stdout', async () => {
    let printed = ''
    await writeReports(report, [{ format: 'github', file: '-' }], {
      ...options(),
      print: (text) => {
        printed += text
      },
    })
    expect(printed).toBe(renderReport('github', report, {}))
    expect(await readdir(cwd)).toEqual([])
  })

  test('Markdown is also added to the summary of a step on GitHub', async () => {
    const summary = path.join(cwd, 'summary.md')
    await writeFile(summary, 'before\n')
    const env = { GITHUB_STEP_SUMMARY: summary }
    await writeReports(
      report,
      [
        { format: 'markdown', file: 'out.md' },
        { format: 'tap', file: 'out.tap' },
      ],
      { ...options(), env },
    )
    expect(await read('summary.md')).toBe(`before\n${await read('out.md')}\n`)
  })

  test('one that cannot be written is said, and does not keep the others from being written', async () => {
    await writeFile(path.join(cwd, 'file'), '')
    const requests = [
      { format: 'html', file: 'file/out.html' } as const,
      { format: 'tap', file: 'out.tap' } as const,
    ]
    await expect(writeReports(report, requests, options())).rejects.toMatchObject({
      code: 'report-unwritable',
      facts: { file: 'file/out.html' },
    })
    expect(await read('out.tap')).toContain('TAP version 14')
  })
})

describe('a stored report', () => {
  const store = async (text: string) => {
    const file = path.join(cwd, 'report.json')
    await writeFile(file, text)
    return file
  }

  test('is read as it was written', async () => {
    expect(await readReport(await store(renderReport('json', report, {})))).toEqual(report)
  })

  test.for<[string, string, RegExp]>([
    ['no JSON', '{', /not JSON/],
    ['another document', '{"schema": "msctl.report/v2"}', /schema/],
    [
      'a score that was raised by hand',
      JSON.stringify({ ...report, score: 100 }),
      /add up to score 78, but the report says 100/,
    ],
    [
      'a criterion that was',
      JSON.stringify({
        ...report,
        criteria: report.criteria.map((each) => ({ ...each, score: each.maxScore })),
      }),
      /add up to score \d+, but correctness says 25/,
    ],
  ])('is refused when it is %s', async ([, text, reason]) => {
    await expect(readReport(await store(text))).rejects.toMatchObject({
      code: 'report-unreadable',
      facts: { reason: expect.stringMatching(reason) },
    })
  })

  test('is refused when it is not there', async () => {
    await expect(readReport(path.join(cwd, 'none.json'))).rejects.toMatchObject({ code: 'report-unreadable' })
  })
})
