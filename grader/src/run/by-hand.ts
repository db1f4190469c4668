import { runProcess } from '@msctl/platform/run-process'
import { inLanguage, type Language, type Text } from '@msctl/scenarios'
import { Failure } from '../failure.ts'
import { criterionTitle } from './build-report.ts'
import type { ManualPoints } from './manual-points.ts'
import type { CheckResult } from './report.ts'
import type { Rubric } from './rubric.ts'

export interface ByHandOptions {
  readonly rubric: Rubric
  readonly language: Language
}

export interface LintOptions extends ByHandOptions {
  /** The folder of the sources. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly limitMs?: number
}

/** How long a linter may take, in milliseconds. */
const LINT_LIMIT_MS = 120_000
const KEPT_CHARACTERS = 8_000
/** What a shell exits with when there is no such command, or it cannot be run. */
const NO_COMMAND: ReadonlySet<number | undefined> = new Set([126, 127])

/**
 * The verdict on a criterion that somebody judged. It passes with all of its points, and fails with fewer, which then count.
 *
 * @throws Failure `too-many-points`.
 */
export function manualVerdict({ criterion, points }: ManualPoints, options: ByHandOptions): CheckResult {
  const { title, maxPoints, words } = describe(criterion, options)
  if (points > maxPoints) throw new Failure('too-many-points', { criterion, points, maxPoints })
  return {
    ...{ id: `${criterion}.review`, criterion, title, points, maxPoints, dependsOn: [] },
    ...(points === maxPoints
      ? { status: 'pass' }
      : {
          status: 'fail',
          cause: {
            expected: words(ALL_POINTS(maxPoints)),
            actual: words(SOME_POINTS(points, maxPoints)),
            rationale: '',
            hint: words(ASK_THEM),
          },
        }),
    evidence: [{ type: 'measurement', label: '--manual', value: points, unit: `/ ${maxPoints}` }],
  }
}

/**
 * What is not judged by experiments: points that somebody gave, and the quality of the code, by a linter or not at all.
 *
 * @param isQualityAsked whether the quality of the code is among what is to be graded.
 * @throws Failure `too-many-points`; the signal's reason.
 */
export async function verdictsByHand(
  {
    manual,
    lint,
    isQualityAsked,
  }: {
    readonly manual: readonly ManualPoints[]
    readonly lint: string | undefined
    readonly isQualityAsked: boolean
  },
  options: LintOptions,
): Promise<readonly CheckResult[]> {
  const given = manual.map((each) => manualVerdict(each, options))
  if (given.some(({ criterion }) => criterion === 'code-quality')) return given
  if (lint !== undefined) return [...given, await lintVerdict(lint, options)]
  return isQualityAsked ? [...given, unjudgedQuality(options)] : given
}

/** The verdict when nobody judged the quality of the code. */
function unjudgedQuality(options: ByHandOptions): CheckResult {
  const { result, cause } = quality(options)
  return { ...result, status: 'not-assessed', cause: cause(QUALITY.notJudged), evidence: [] }
}

/**
 * The verdict of a linter: all points when it exits with 0, else none, with what it printed. One that cannot be run, or does not end,
 * says nothing of the code.
 *
 * @throws the signal's reason.
 */
export async function lintVerdict(command: string, options: LintOptions): Promise<CheckResult> {
  const { cwd, env, signal, limitMs = LINT_LIMIT_MS } = options
  const { result, cause } = quality(options)
  const began = performance.now()
  let printed = ''
  const { isDone, exitCode, isLate, reason } = await runProcess('sh', ['-c', command], {
    ...{ cwd, env, signal, timeoutMs: limitMs, endSignal: 'SIGKILL', maxOutput: KEPT_CHARACTERS },
    onOutput: (data) => {
      printed = (printed + data.toString('utf8')).slice(-KEPT_CHARACTERS)
    },
  })
  const output = printed.trim()
  const durationMs = Math.round(performance.now() - began)
  const evidence: CheckResult['evidence'] = [
    { type: 'control', at: 0, command, ok: isDone, output, durationMs },
  ]
  const lastLine = output.split('\n').at(-1)?.slice(0, 300) ?? ''
  if (isDone) return { ...result, status: 'pass', points: result.maxPoints, evidence }
  if (isLate || exitCode === undefined || NO_COMMAND.has(exitCode)) {
    const actual = isLate ? LINT_LATE(limitMs / 1000) : LINT_UNUSABLE(lastLine || reason)
    return { ...result, status: 'error', cause: { ...cause(actual), hint: '' }, evidence }
  }
  return { ...result, status: 'fail', cause: cause(LINT_FAILED(exitCode, lastLine)), evidence }
}

function describe(criterion: ManualPoints['criterion'], { rubric, language }: ByHandOptions) {
  return {
    title: criterionTitle(criterion, language),
    maxPoints: rubric.criteria.find(({ id }) => id === criterion)?.points ?? 0,
    words: (text: Text) => inLanguage(text, language),
  }
}

/** What every verdict on the quality of the code has. */
function quality(options: ByHandOptions) {
  const criterion = 'code-quality' as const
  const { title, maxPoints, words } = describe(criterion, options)
  return {
    result: {
      ...{ id: `${criterion}.review`, criterion, title: `${title}: ${words(QUALITY.title)}` },
      ...{ points: 0, maxPoints, dependsOn: [] as string[] },
    },
    cause: (actual: Text) => ({
      expected: words(QUALITY.expected),
      actual: words(actual),
      rationale: words(QUALITY.rationale),
      hint: words(QUALITY.hint),
    }),
  }
}

/** What is said of the quality of the code, whoever judges it. */
export const QUALITY = {
  title: { en: 'clean, typed, documented', ru: 'стиль, типы, пояснения' },
  expected: {
    en: 'Code that follows the style of its language, with types and comments where they help',
    ru: 'Код в стиле своего языка, с типами и пояснениями там, где они помогают',
  },
  rationale: {
    en: 'Code is read far more often than it is written.',
    ru: 'Код читают гораздо чаще, чем пишут.',
  },
  hint: {
    en: 'Run a formatter and a linter over it, and have somebody else read it.',
    ru: 'Прогоните его через форматтер и линтер и дайте прочитать кому-нибудь.',
  },
  notJudged: {
    en: 'Judged by people or by a linter: --manual code-quality=8 or --lint COMMAND',
    ru: 'Это оценивают люди или линтер: --manual code-quality=8 или --lint КОМАНДА',
  },
} as const satisfies Record<string, Text>
const ALL_POINTS = (maxPoints: number): Text => ({
  en: `${maxPoints} of ${maxPoints} points`,
  ru: `${maxPoints} из ${maxPoints} баллов`,
})
const SOME_POINTS = (points: number, maxPoints: number): Text => ({
  en: `${points} of ${maxPoints} points, given by whoever read the code`,
  ru: `${points} из ${maxPoints} баллов: так оценил тот, кто читал код`,
})
const ASK_THEM: Text = {
  en: 'Ask your reviewer what is missing.',
  ru: 'Спросите проверяющего, чего не хватило.',
}
const LINT_FAILED = (exitCode: number, line: string): Text => ({
  en: `The linter exited with ${exitCode}: ${line}`,
  ru: `Линтер завершился с кодом ${exitCode}: ${line}`,
})
const LINT_LATE = (seconds: number): Text => ({
  en: `The linter did not end within ${seconds} s.`,
  ru: `Линтер не завершился за ${seconds} с.`,
})
const LINT_UNUSABLE = (reason: string): Text => ({
  en: `The linter could not be run: ${reason}`,
  ru: `Линтер не удалось запустить: ${reason}`,
})
