import path from 'node:path'
import { EXPERIMENTS } from '@msctl/grader/checks/index'
import { EXIT } from '@msctl/grader/exit'
import type { ReportRequest } from '@msctl/grader/reports/formats'
import { isUnstarted, verdictOf } from '@msctl/grader/reports/verdict'
import { checkReportFiles, writeReports } from '@msctl/grader/reports/write-reports'
import { verdictsByHand } from '@msctl/grader/run/by-hand'
import type { ManualPoints } from '@msctl/grader/run/manual-points'
import { readRubric } from '@msctl/grader/run/read-rubric'
import type { Report } from '@msctl/grader/run/report'
import { type GradingOptions, runGrading } from '@msctl/grader/run/run-grading'
import { openTarget } from '@msctl/grader/target/open-target'
import { TargetNotReady } from '@msctl/grader/target/target'
import manifest from '../../package.json' with { type: 'json' }
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'

export { renderVerify as render } from '../output/verify.ts'

export interface VerifyOptions {
  readonly control?: string | undefined
  readonly redis?: string | undefined
  readonly db?: readonly string[] | undefined
  readonly source?: string | undefined
  readonly compose?: string | undefined
  readonly map?: readonly string[] | undefined
  readonly project?: string | undefined
  readonly name?: string | undefined
  /** How long a Compose project may take to answer, in milliseconds. */
  readonly ready?: number | undefined
  readonly manual?: readonly ManualPoints[] | undefined
  readonly lint?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly report?: readonly ReportRequest[] | undefined
  readonly rubric?: string | undefined
  readonly strict?: boolean | undefined
  readonly seed?: number | undefined
  readonly repeat?: number | undefined
  /** In seconds. */
  readonly reset?: number | undefined
}

const DEFAULT_RESET_SECONDS = 30
const MAX_SEED = 2 ** 31

/** `msctl verify` */
export async function run(options: VerifyOptions, context: Context): Promise<Report> {
  const { source, compose, lint, only, skip, report: requests = [], strict, repeat, manual = [] } = options
  const resetSeconds = options.reset ?? DEFAULT_RESET_SECONDS
  const rubric = await readRubric(options.rubric)
  await checkReportFiles(requests)
  const byHand = new Set(manual.map(({ criterion }) => criterion))
  const experiments = EXPERIMENTS.filter(({ sheet }) =>
    Object.values(sheet.expectations).every(
      ({ criterion }) => !byHand.has(criterion as ManualPoints['criterion']),
    ),
  )
  const given = await verdictsByHand(
    { manual, lint, isQualityAsked: isAsked('code-quality', options) },
    {
      ...{ rubric, language: context.language, env: context.env, signal: context.signal },
      cwd: source ?? (compose === undefined ? process.cwd() : path.dirname(compose)),
    },
  )
  const { target, unstarted, close } = await openTarget(
    {
      ...{ url: context.url, control: options.control, redis: options.redis, source, compose },
      ...{ project: options.project, name: options.name, readyLimitMs: options.ready, resetSeconds },
      databases: pairs(options.db),
      map: pairs(options.map),
    },
    context,
  )
  try {
    const grading: GradingOptions = {
      ...{ target, unstarted, experiments, rubric, resetSeconds, language: context.language },
      ...{ version: manifest.version, signal: context.signal },
      seed: options.seed ?? Math.floor(Math.random() * MAX_SEED),
      ...(only !== undefined && { only }),
      ...(skip !== undefined && { skip }),
      ...(repeat !== undefined && { repeat }),
      ...(strict !== undefined && { strict }),
      given,
      onEvent: (event) => context.onEvent({ type: 'grading', event }),
    }
    const report = await runGrading(grading)
    await writeReports(report, requests, {
      env: context.env,
      print: (text) => void process.stdout.write(text),
    })
    return report
  } catch (error) {
    if (error instanceof TargetNotReady)
      throw new Failure('target-not-ready', { url: error.url, seconds: error.seconds }, { cause: error })
    throw error
  } finally {
    await close()
  }
}

/** `users=NAME`, by what stands before the sign. */
function pairs(given: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(given.map((each) => each.split(/=(.*)/s).slice(0, 2)))
}

/** Whether a whole criterion is to be graded. */
function isAsked(criterion: string, { only, skip = [] }: VerifyOptions): boolean {
  return (only === undefined || only.includes(criterion)) && !skip.includes(criterion)
}

/** 3 when it never started, 1 below the pass mark, 4 when the grading itself went wrong somewhere, 130 when it was ended early. */
export function exitCode(report: Report): number {
  if (!report.run.complete) return EXIT.interrupted
  if (isUnstarted(report)) return EXIT.unreachable
  const verdict = verdictOf(report)
  return verdict === 'passed' ? EXIT.done : verdict === 'below' ? EXIT.failed : EXIT.environment
}
