/** What a report can be written as, and the name of its file where nobody gives one. */
export const REPORT_FILES = {
  json: 'report.json',
  junit: 'junit.xml',
  markdown: 'report.md',
  github: 'github.txt',
  html: 'report.html',
  gradescope: 'gradescope.json',
  classroom50: 'classroom50.json',
  exercism: 'exercism.json',
  tap: 'report.tap',
} as const

export type ReportFormat = keyof typeof REPORT_FILES

export const REPORT_FORMATS = Object.keys(REPORT_FILES) as readonly ReportFormat[]

/** One `--report FORMAT=FILE`. */
export interface ReportRequest {
  readonly format: ReportFormat
  /** `-` is stdout. */
  readonly file: string
}

/** Whether there is such a format. */
export function isReportFormat(name: string): name is ReportFormat {
  return Object.hasOwn(REPORT_FILES, name)
}

/** Reads `FORMAT=FILE`; `undefined` when that is not what it is. */
export function parseReportRequest(given: string): ReportRequest | undefined {
  const at = given.indexOf('=')
  const [format, file] = [given.slice(0, at), given.slice(at + 1)]
  return at > 0 && isReportFormat(format) && file !== '' ? { format, file } : undefined
}
