import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, appendFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Report } from '../run/report.ts'
import type { ReportRequest } from './formats.ts'
import { renderReport } from './render-report.ts'

export interface WriteReportsOptions {
  /** For `$GITHUB_STEP_SUMMARY`, to which a Markdown report is also appended, and the variables of Classroom 50. */
  readonly env: NodeJS.ProcessEnv
  /** Where relative paths begin. */
  readonly cwd?: string
  /** Writes to stdout, for the file `-`. */
  readonly print: (text: string) => Promise<void> | void
}

/**
 * Sees before a grading, which takes a while, that its reports can be written. A folder that there is not is a mistake in
 * its name: none is made.
 *
 * @throws {Failure} `report-unwritable`.
 */
export async function checkReportFiles(
  requests: readonly ReportRequest[],
  cwd = process.cwd(),
): Promise<void> {
  const names = requests.filter(({ file }) => file !== '-').map(({ file }) => path.resolve(cwd, file))
  for (const [index, file] of names.entries()) {
    const fail = (reason: string, cause?: unknown) =>
      new Failure(
        'report-unwritable',
        { file: requests.find((each) => path.resolve(cwd, each.file) === file)?.file ?? file, reason },
        { cause },
      )
    if (names.indexOf(file) !== index) throw fail('Two reports would be written to it.')
    try {
      if (!(await isFolder(path.dirname(file)))) throw fail(`There is no folder ${path.dirname(file)}.`)
      const found = await stat(file).catch(() => undefined)
      if (found?.isDirectory() === true) throw fail('It is a folder.')
      if (found !== undefined) await access(file, constants.W_OK)
      // Tried, because permissions do not tell all: a disk may be read-only.
      if (found === undefined || found.isFile()) {
        const draft = draftOf(file)
        await writeFile(draft, '')
        await rm(draft)
      }
    } catch (error) {
      throw error instanceof Failure ? error : fail((error as Error).message, error)
    }
  }
}

/**
 * Writes a report in every format that was asked for, each file whole or not at all. All are tried, even if one fails.
 *
 * @throws {Failure} `report-unwritable`, for the first one that failed.
 */
export async function writeReports(
  report: Report,
  requests: readonly ReportRequest[],
  { env, cwd = process.cwd(), print }: WriteReportsOptions,
): Promise<void> {
  const failures: Failure[] = []
  for (const { format, file } of requests) {
    try {
      const text = renderReport(format, report, env)
      if (file === '-') await print(text)
      else await replaceFile(path.resolve(cwd, file), text)
      if (format === 'markdown' && env.GITHUB_STEP_SUMMARY)
        await appendFile(env.GITHUB_STEP_SUMMARY, `${text}\n`)
    } catch (error) {
      failures.push(
        new Failure('report-unwritable', { file, reason: (error as Error).message }, { cause: error }),
      )
    }
  }
  if (failures[0] !== undefined) throw failures[0]
}

/** Nobody ever sees half a file. What is no file, such as `/dev/stdout`, cannot be replaced and is written to. */
async function replaceFile(file: string, text: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found !== undefined && !found.isFile()) return writeFile(file, text)
  const draft = draftOf(file)
  try {
    await writeFile(draft, text)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

const isFolder = async (name: string) => (await stat(name).catch(() => undefined))?.isDirectory() === true

const draftOf = (file: string) => path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`)
