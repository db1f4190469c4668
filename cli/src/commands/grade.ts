import path from 'node:path'
import { EXIT } from '@msctl/grader/exit'
import type { ReportFormat } from '@msctl/grader/reports/formats'
import type { Grade, Grades } from '@msctl/grader/reports/grades'
import { readRubric } from '@msctl/grader/run/read-rubric'
import { gradeAll } from '@msctl/grader/submissions/grade-all'
import { findSubmissions, type Shard } from '@msctl/grader/submissions/submissions'
import manifest from '../../package.json' with { type: 'json' }
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'

export { renderGrades as render } from '../output/grades.ts'

export interface GradeCommandOptions {
  readonly folder: string
  readonly out?: string | undefined
  readonly jobs?: number | undefined
  readonly shard?: Shard | undefined
  readonly again?: boolean | undefined
  /** In milliseconds. */
  readonly timeLimit?: number | undefined
  readonly ready?: number | undefined
  readonly report?: readonly ReportFormat[] | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly rubric?: string | undefined
  readonly strict?: boolean | undefined
  readonly lint?: string | undefined
  readonly seed?: number | undefined
  readonly reset?: number | undefined
}

const DEFAULT_OUT = 'grades'
const DEFAULT_LIMIT_MS = 30 * 60_000
const ALWAYS: readonly ReportFormat[] = ['json', 'html']

/** `msctl grade` */
export async function run(options: GradeCommandOptions, context: Context): Promise<Grades> {
  const { jobs = 1, shard, again = false, only, skip, seed, timeLimit = DEFAULT_LIMIT_MS, ready } = options
  const out = path.resolve(options.out ?? DEFAULT_OUT)
  const folder = path.resolve(options.folder)
  const found = await findSubmissions(folder, shard).catch((error: Error) => {
    throw new Failure('folder-unusable', { folder, reason: error.message }, { cause: error })
  })
  const submissions = found.filter((each) => each.folder !== out)
  if (submissions.length === 0 && shard === undefined) throw new Failure('no-submissions', { folder })
  return gradeAll(submissions, {
    ...{ out, jobs, again, only, skip, seed, limitMs: timeLimit, readyLimitMs: ready },
    formats: [...new Set([...ALWAYS, ...(options.report ?? [])])],
    program: [process.execPath, process.argv[1] ?? ''],
    ...{ env: context.env, language: context.language, version: manifest.version, signal: context.signal },
    rubric: await readRubric(options.rubric),
    verifyArgs: verifyArgs(options),
    interrupted: context.rendering.messages.grade.notReached,
    onEvent: (event) => context.onEvent({ type: 'grade', event }),
  })
}

/** What `msctl verify` is told for each. */
function verifyArgs({ only, skip, rubric, strict, lint, reset }: GradeCommandOptions): string[] {
  return [
    ...(only === undefined ? [] : ['--only', only.join(',')]),
    ...(skip === undefined ? [] : ['--skip', skip.join(',')]),
    ...(rubric === undefined ? [] : ['--rubric', path.resolve(rubric)]),
    ...(strict === true ? ['--strict'] : []),
    ...(lint === undefined ? [] : ['--lint', lint]),
    ...(reset === undefined ? [] : ['--reset', String(reset)]),
  ]
}

/** Grading is done when every submission has a grade; what grade that is, is no failure of ours. */
export function exitCode({ submissions }: Grades): number {
  if (submissions.some(({ status }) => status === 'interrupted')) return EXIT.interrupted
  return submissions.every(({ status }) => GRADED.has(status)) ? EXIT.done : EXIT.environment
}

const GRADED: ReadonlySet<Grade['status']> = new Set(['passed', 'below', 'not-ready'])
