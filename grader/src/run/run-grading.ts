import type { Language } from '@msctl/scenarios'
import type { Target, Unstarted } from '../target/target.ts'
import { type Attempt, type AttemptOptions, runAttempt } from './attempt.ts'
import { buildReport } from './build-report.ts'
import type { GradingEvent } from './events.ts'
import type { Experiment } from './grader.ts'
import { mergeAttempts } from './merge-attempts.ts'
import type { CheckResult, Report } from './report.ts'
import { type Rubric, STANDARD_RUBRIC } from './rubric.ts'
import { selectChecks } from './select-checks.ts'

export interface GradingOptions {
  readonly target: Target
  /** Why the target does not answer, where it was to be started: what can be judged without it is judged, and everything else fails. */
  readonly unstarted?: Unstarted | undefined
  readonly experiments: readonly Experiment[]
  readonly rubric?: Rubric
  readonly language?: Language
  /** Repeats what was left to chance. */
  readonly seed: number
  /** Criteria or checks, by id or the beginning of one up to a dot: these alone, or all but these. */
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  /** How often everything is run. Default once. */
  readonly repeat?: number
  /** Turns advice into failures. */
  readonly strict?: boolean
  /** Verdicts that were found otherwise, such as points that were given by hand. */
  readonly given?: readonly CheckResult[]
  /** How long the target's circuits stay open, in seconds. Default 30, as the assignment says. */
  readonly resetSeconds?: number
  /** The version of msctl. */
  readonly version: string
  /** Ends it early: what was disturbed is put back, and what is known so far is reported. */
  readonly signal: AbortSignal
  readonly onEvent?: (event: GradingEvent) => void
  /** How long the target may take until it answers at all, in milliseconds. Default 10 000. */
  readonly readyWithinMs?: number
  /** How long it may be silent until it is taken for lost, in milliseconds. Default 6 000. */
  readonly lostAfterMs?: number
}

/**
 * Grades a target: runs the experiments, as much at once as can be, and makes the report. What goes wrong with the target or with the
 * grading is in the report.
 *
 * @throws {TargetNotReady}; the signal's reason before the target answers.
 */
export async function runGrading(options: GradingOptions): Promise<Report> {
  const { target, rubric = STANDARD_RUBRIC, language = 'en', seed, repeat = 1, given = [] } = options
  const { unstarted, only, skip, signal, version, strict = false } = options
  const startedAt = new Date()
  const began = performance.now()
  const selection = selectChecks(options.experiments, { only, skip })
  const attemptOptions: Omit<AttemptOptions, 'seed' | 'attempt'> = {
    ...{ target, unstarted, selection, rubric, language, signal, attempts: repeat },
    resetSeconds: options.resetSeconds ?? 30,
    readyWithinMs: options.readyWithinMs ?? 10_000,
    lostAfterMs: options.lostAfterMs ?? 6_000,
    onEvent: options.onEvent ?? (() => undefined),
  }
  const attempts: Attempt[] = []
  for (let attempt = 1; attempt <= repeat; attempt++) {
    attempts.push(await runAttempt({ ...attemptOptions, attempt, seed: seed + attempt - 1 }))
    if (signal.aborted || attempts.at(-1)?.isLost) break
  }
  const { checks, advice, timeline, reach } = mergeAttempts(attempts)
  return buildReport({
    run: {
      ...{ seed, startedAt: startedAt.toISOString(), durationMs: performance.now() - began },
      target: {
        ...{ kind: target.kind, url: target.url, reach: [...reach] },
        ...(target.name !== undefined && { name: target.name }),
      },
      ...{ attempts: attempts.length, language, complete: !signal.aborted, msctl: version },
    },
    ...{ rubric, advice, timeline, isStrict: strict },
    checks: [...checks, ...given],
    isPart: only !== undefined || skip !== undefined,
  })
}
