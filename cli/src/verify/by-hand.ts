import { criterionTitle } from '@msctl/grader/run/build-report'
import type { CheckResult, CriterionId } from '@msctl/grader/run/report'
import type { Rubric } from '@msctl/grader/run/rubric'
import { execa } from 'execa'
import type { Language, Messages } from '../messages/index.ts'
import type { ManualPoints } from './choices.ts'

/** How long a linter may take, in milliseconds. */
const LINT_LIMIT_MS = 120_000
const KEPT_CHARACTERS = 8_000
/** What a shell exits with when there is no such command, or it cannot be run. */
const NO_COMMAND = new Set([126, 127])

interface Options {
  readonly rubric: Rubric
  readonly language: Language
  readonly messages: Messages
}

/** The verdict on a criterion that somebody judged. More points than there are count as all of them. */
export function manualVerdict(
  { criterion, points }: ManualPoints,
  { rubric, language }: Options,
): CheckResult {
  const maxPoints = pointsOf(criterion, rubric)
  return {
    ...{ id: `${criterion}.review`, criterion, title: criterionTitle(criterion, language) },
    ...{ status: points > 0 ? 'pass' : 'fail', points: Math.min(points, maxPoints), maxPoints },
    ...{
      dependsOn: [],
      evidence: [{ type: 'measurement', label: '--manual', value: points, unit: `/ ${maxPoints}` }],
    },
  }
}

/** The verdict when nobody judged the quality of the code. */
export function unjudgedQuality({ rubric, language, messages }: Options): CheckResult {
  const { notJudged } = messages.verify.quality
  return {
    ...blank(rubric, language, messages),
    status: 'not-assessed',
    cause: { ...causeOf(messages), actual: notJudged },
    evidence: [],
  }
}

/**
 * The verdict of a linter: all points when it exits with 0, else none, with what it printed. One that cannot be run, or does not end,
 * says nothing of the code.
 *
 * @param cwd The folder of the sources.
 * @throws the signal's reason.
 */
export async function lintVerdict(
  command: string,
  options: Options & {
    readonly cwd: string
    readonly env: NodeJS.ProcessEnv
    readonly signal: AbortSignal
    readonly limitMs?: number
  },
): Promise<CheckResult> {
  const { rubric, language, messages, cwd, env, signal, limitMs = LINT_LIMIT_MS } = options
  const { quality } = messages.verify
  const began = performance.now()
  // `buffer: false` with our own cut: a linter may print without end.
  const running = execa(command, {
    ...{
      shell: true,
      cwd,
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      all: true,
      buffer: false,
      detached: true,
    },
  })
  let output = ''
  running.all.on('data', (data: Buffer) => {
    output = (output + data.toString('utf8')).slice(-KEPT_CHARACTERS)
  })
  let isLate = false
  const endGroup = () => {
    // All that the shell has started, too.
    if (running.pid !== undefined) process.kill(-running.pid, 'SIGKILL')
  }
  const timer = setTimeout(() => {
    isLate = true
    endGroup()
  }, limitMs)
  signal.addEventListener('abort', endGroup, { once: true })
  const { exitCode } = await running.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', endGroup)
  })
  signal.throwIfAborted()

  const durationMs = Math.round(performance.now() - began)
  const evidence: CheckResult['evidence'] = [
    { type: 'control', at: 0, command, ok: exitCode === 0, output: output.trim(), durationMs },
  ]
  const shared = blank(rubric, language, messages)
  const cause = causeOf(messages)
  if (isLate || exitCode === undefined || NO_COMMAND.has(exitCode)) {
    const actual = isLate ? quality.lintLate(limitMs / 1000) : quality.lintUnusable(lastLine(output))
    return { ...shared, status: 'error', cause: { ...cause, hint: '', actual }, evidence }
  }
  if (exitCode === 0) return { ...shared, status: 'pass', points: shared.maxPoints, evidence }
  return {
    ...shared,
    status: 'fail',
    cause: { ...cause, actual: quality.lintFailed(exitCode, lastLine(output)) },
    evidence,
  }
}

function blank(rubric: Rubric, language: Language, { verify }: Messages) {
  const criterion = 'code-quality' as const
  return {
    ...{
      id: `${criterion}.review`,
      criterion,
      title: `${criterionTitle(criterion, language)}: ${verify.quality.title}`,
    },
    ...{ points: 0, maxPoints: pointsOf(criterion, rubric), dependsOn: [] as string[] },
  }
}

function causeOf({ verify }: Messages) {
  const { expected, rationale, hint } = verify.quality
  return { expected, rationale, hint }
}

function pointsOf(criterion: CriterionId, { criteria }: Rubric): number {
  return criteria.find(({ id }) => id === criterion)?.points ?? 0
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
}
