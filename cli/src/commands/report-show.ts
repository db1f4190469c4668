import type { ReportRequest } from '@msctl/grader/reports/formats'
import { readReport } from '@msctl/grader/reports/read-report'
import { checkReportFiles, writeReports } from '@msctl/grader/reports/write-reports'
import type { Report } from '@msctl/grader/run/report'
import type { Context, RenderContext, Rendering } from '../context.ts'
import { renderVerify } from '../output/verify.ts'

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
export async function run({ file, report: requests = [] }: ShowOptions, context: Context): Promise<Shown> {
  const report = await readReport(file)
  await checkReportFiles(requests)
  await writeReports(report, requests, {
    env: context.env,
    print: (text) => void process.stdout.write(text),
  })
  return { report, isPrinted: requests.some((request) => request.file === '-') }
}

/** The report itself, as `msctl verify --json` prints it. */
export const toJson = ({ report }: Shown): Report => report

export function render({ report, isPrinted }: Shown, context: RenderContext): Rendering {
  return isPrinted ? { result: '' } : renderVerify(report, context)
}
