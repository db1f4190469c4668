import { cp, mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseReportRequest, REPORT_FORMATS, type ReportRequest } from '@msctl/grader/reports/formats'
import { Grades, mergeGrades, renderGradesCsv } from '@msctl/grader/reports/grades'
import { readGrades, type StoredGrades } from '@msctl/grader/reports/read-grades'
import { readReport } from '@msctl/grader/reports/read-report'
import { checkReportFiles, writeReports } from '@msctl/grader/reports/write-reports'
import { Report } from '@msctl/grader/run/report'
import { defineEntries, type SingleAction } from '../command.ts'
import { Failure } from '../failure.ts'
import { repeated } from '../menu/readers.ts'
import { messages as common } from '../messages/common.ts'
import { renderGrades } from './grade/grade.ts'
import { messages } from './report.messages.ts'
import { renderVerify } from './verify/print.ts'

export interface ShowOptions {
  readonly file: string
  readonly report?: readonly ReportRequest[] | undefined
}

export interface Shown {
  readonly report: Report
  /** Whether stdout already has it, in a format that others are to read. */
  readonly isPrinted: boolean
}

/** `msctl report show` */
export const show: SingleAction<ShowOptions, Shown> = {
  async run({ file, report: requests = [] }, { env }) {
    const report = await readReport(file)
    await checkReportFiles(requests)
    await writeReports(report, requests, { env, print: (text) => void process.stdout.write(text) })
    return { report, isPrinted: requests.some((request) => request.file === '-') }
  },
  render: ({ report, isPrinted }, context) => (isPrinted ? { result: '' } : renderVerify(report, context)),
  /** The report itself, as `msctl verify --json` prints it. */
  toJson: ({ report }) => report,
}

export interface MergeOptions {
  /** Folders that `msctl grade` has written to, or their `grades.json`. */
  readonly shards: readonly string[]
  readonly out?: string | undefined
}

/** `msctl report merge` */
export const merge: SingleAction<MergeOptions, Grades> = {
  async run({ shards, out }) {
    const stored = await Promise.all(shards.map(readGrades))
    const seen = new Map<string, string>()
    for (const [index, { grades }] of stored.entries()) {
      const shard = shards[index] ?? ''
      for (const { id } of grades.submissions) {
        const other = seen.get(id)
        if (other !== undefined) throw new Failure('grades-overlap', { id, shards: [other, shard] })
        seen.set(id, shard)
      }
    }
    const merged = mergeGrades(stored.map(({ grades }) => grades))
    if (out !== undefined) await writeMerged(merged, stored, out)
    return merged
  },
  render: renderGrades,
}

/** The folder that one run over everything would have left: the grades, and each submission's reports. */
async function writeMerged(merged: Grades, stored: readonly StoredGrades[], out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    for (const { folder, grades } of stored) {
      for (const { id } of grades.submissions) {
        const from = path.join(folder, id)
        const isThere = await stat(from).then(
          (found) => found.isDirectory(),
          () => false,
        )
        if (isThere && path.resolve(from) !== path.resolve(out, id))
          await cp(from, path.join(out, id), { recursive: true })
      }
    }
    await writeFile(path.join(out, 'grades.csv'), renderGradesCsv(merged))
    await writeFile(path.join(out, 'grades.json'), `${JSON.stringify(merged, null, 2)}\n`)
  } catch (error) {
    throw new Failure('report-unwritable', { file: out, reason: (error as Error).message }, { cause: error })
  }
}

export const entries = defineEntries(messages, (words, language) => {
  const reports = { wanted: common[language].aReport(REPORT_FORMATS.join(', ')), read: parseReportRequest }
  return [
    {
      name: 'report',
      examples: [
        'msctl report show report.json',
        'msctl report show report.json --report html=report.html',
        'msctl report merge shard-1 shard-2',
      ],
    },
    {
      name: 'report show',
      examples: [
        'msctl report show report.json',
        'msctl report show report.json --report html=report.html --report junit=junit.xml',
        'msctl report show report.json --json | jq .score',
      ],
      configure: (command) =>
        command
          .argument('<file>', words.arguments.file)
          .valueOption('--report <format=file>', words.options.report, repeated(reports)),
      action: show,
      json: Report,
    },
    {
      name: 'report merge',
      examples: [
        'msctl report merge shard-1 shard-2',
        'msctl report merge shard-1 shard-2 --out all',
        `msctl report merge shard-1 shard-2 --json | jq '.submissions[] | select(.passed).id'`,
      ],
      configure: (command) =>
        command.argument('<shards...>', words.arguments.shards).option('--out <folder>', words.options.out),
      action: merge,
      json: Grades,
    },
  ]
})
