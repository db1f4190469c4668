import path from 'node:path'
import { EXPERIMENTS } from '@msctl/grader/checks/index'
import { assertFolder } from '@msctl/grader/named-inputs'
import type { ReportFormat } from '@msctl/grader/reports/formats'
import type { Grades } from '@msctl/grader/reports/grades'
import { readRubric } from '@msctl/grader/run/read-rubric'
import { assertKnown } from '@msctl/grader/run/select-checks'
import { type GradeEvent, gradeAll } from '@msctl/grader/submissions/grade-all'
import { findSubmissions, type Shard } from '@msctl/grader/submissions/submissions'
import manifest from '../../../package.json' with { type: 'json' }
import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import type { GradingOptions } from '../verify/options.ts'
import { messages } from './messages.ts'

/** What `msctl grade` is told. */
export interface GradeOptions extends GradingOptions {
  readonly submissions?: string | undefined
  readonly out?: string | undefined
  readonly jobs?: number | undefined
  readonly shard?: Shard | undefined
  readonly again?: boolean | undefined
  /** In milliseconds. */
  readonly timeLimit?: number | undefined
  readonly ready?: number | undefined
  readonly report?: readonly ReportFormat[] | undefined
}

const DEFAULT_OUT = 'grades'
const DEFAULT_LIMIT_MS = 30 * 60_000
const ALWAYS: readonly ReportFormat[] = ['json', 'html']

/** Finds the submissions, and grades each. @param onEvent Told of each that is begun, and graded. */
export async function runGrade(
  options: GradeOptions,
  { env, language, signal }: Context,
  onEvent: (event: GradeEvent) => void,
): Promise<Grades> {
  const { jobs = 1, shard, again = false, only, skip, seed, timeLimit = DEFAULT_LIMIT_MS, ready } = options
  assertKnown(EXPERIMENTS, [...(only ?? []), ...(skip ?? [])])
  if (options.submissions === undefined)
    throw new Failure('usage', { detail: messages[language].noFolder, command: 'grade' })
  const out = path.resolve(options.out ?? DEFAULT_OUT)
  const folder = path.resolve(options.submissions)
  assertFolder('msctl grade', folder)
  const found = await findSubmissions(folder, shard)
  const submissions = found.filter((each) => each.folder !== out)
  if (submissions.length === 0 && shard === undefined) throw new Failure('no-submissions', { folder })
  return gradeAll(submissions, {
    ...{ out, jobs, again, only, skip, seed, limitMs: timeLimit, readyLimitMs: ready },
    formats: [...new Set([...ALWAYS, ...(options.report ?? [])])],
    program: [process.execPath, process.argv[1] ?? ''],
    ...{ env, language, version: manifest.version, signal },
    rubric: await readRubric(options.rubric),
    verifyArgs: verifyArgs(options),
    interrupted: messages[language].notReached,
    onEvent,
  })
}

/** What `msctl verify` is told for each. */
function verifyArgs({ only, skip, rubric, strict, lint, reset }: GradingOptions): string[] {
  return [
    ...(only === undefined ? [] : ['--only', only.join(',')]),
    ...(skip === undefined ? [] : ['--skip', skip.join(',')]),
    ...(rubric === undefined ? [] : ['--rubric', path.resolve(rubric)]),
    ...(strict === true ? ['--strict'] : []),
    ...(lint === undefined ? [] : ['--lint', lint]),
    ...(reset === undefined ? [] : ['--reset', String(reset)]),
  ]
}
