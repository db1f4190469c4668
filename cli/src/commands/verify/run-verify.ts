import path from 'node:path'
import { EXPERIMENTS } from '@msctl/grader/checks/index'
import { assertComposeFile, assertFolder, assertProgram } from '@msctl/grader/named-inputs'
import type { ReportRequest } from '@msctl/grader/reports/formats'
import { checkReportFiles, writeReports } from '@msctl/grader/reports/write-reports'
import { verdictsByHand } from '@msctl/grader/run/by-hand'
import type { ManualPoints } from '@msctl/grader/run/manual-points'
import { readRubric } from '@msctl/grader/run/read-rubric'
import type { Report } from '@msctl/grader/run/report'
import { runGrading } from '@msctl/grader/run/run-grading'
import { assertKnown } from '@msctl/grader/run/select-checks'
import { openTarget } from '@msctl/grader/target/open-target'
import { TargetNotReady } from '@msctl/grader/target/target'
import manifest from '../../../package.json' with { type: 'json' }
import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import { type GradingOptions, MAX_SEED, type TargetOptions } from './options.ts'
import { followGrading } from './progress.ts'

/** What `msctl verify` is told. */
export interface VerifyOptions extends TargetOptions, GradingOptions {
  readonly manual?: readonly ManualPoints[] | undefined
  readonly report?: readonly ReportRequest[] | undefined
  readonly repeat?: number | undefined
}

const DEFAULT_RESET_SECONDS = 30

/** Opens what is to be graded, grades it, and writes the reports. */
export async function runVerify(options: VerifyOptions, context: Context): Promise<Report> {
  const { source, compose, lint, only, skip, report: requests = [], strict, repeat, manual = [] } = options
  const resetSeconds = options.reset ?? DEFAULT_RESET_SECONDS
  assertKnown(EXPERIMENTS, [...(only ?? []), ...(skip ?? [])])
  if (source !== undefined) assertFolder('--source', path.resolve(source))
  if (options.control !== undefined) assertProgram('--control', path.resolve(options.control))
  if (compose !== undefined) assertComposeFile(path.resolve(compose))
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
    const grading: Parameters<typeof runGrading>[0] = {
      ...{ target, unstarted, experiments, rubric, resetSeconds, language: context.language },
      ...{ version: manifest.version, signal: context.signal },
      seed: options.seed ?? Math.floor(Math.random() * MAX_SEED),
      ...(only !== undefined && { only }),
      ...(skip !== undefined && { skip }),
      ...(repeat !== undefined && { repeat }),
      ...(strict !== undefined && { strict }),
      given,
      onEvent: followGrading(context),
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
