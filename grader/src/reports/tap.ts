import type { CheckResult, Report } from '../run/report.ts'
import { describeScore, explainInText, heading } from './describe.ts'
import { verdictOf } from './verdict.ts'
import { type Words, wordsOf } from './words.ts'

/**
 * TAP version 14 (https://testanything.org/tap-version-14-specification.html): a test point a check, with a YAML block for
 * what did not pass. What was not assessed is skipped. What the grading could not judge is `not ok` with `severity: error`.
 */
export function renderTap(report: Report): string {
  const words = wordsOf(report)
  const { checks, run } = report
  const plan =
    checks.length === 0 ? `1..0 # ${escapeHash(words.verdictWhy.undecided(''))}` : `1..${checks.length}`
  return [
    'TAP version 14',
    plan,
    ...checks.map((check, index) => testPoint(check, index + 1, words)),
    `# ${describeScore(report)}`,
    `# ${words.verdict[verdictOf(report)]}`,
    ...(run.complete ? [] : [`Bail out! ${words.incomplete}`]),
    '',
  ].join('\n')
}

function testPoint(check: CheckResult, number: number, words: Words): string {
  const isOk = check.status === 'pass' || check.status === 'not-assessed'
  const directive =
    check.status === 'not-assessed' ? ` # SKIP ${heading(check.cause?.actual ?? '')}`.trimEnd() : ''
  const title = escapeHash(`${check.id}: ${heading(check.title)}`)
  const line = `${isOk ? 'ok' : 'not ok'} ${number} - ${title}${directive}`
  if (isOk) return line
  const data = {
    message: explainInText(check, words),
    severity: check.status,
    id: check.id,
    points: check.points,
    maxPoints: check.maxPoints,
  }
  const block = Object.entries(data).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)
  return [line, '  ---', ...block, '  ...'].join('\n')
}

/** A `#` would begin a directive. */
const escapeHash = (text: string) => text.replace(/[\\#]/g, '\\$&')
