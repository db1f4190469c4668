import type { CheckResult, Report } from '../run/report.ts'
import {
  causeOf,
  describeScore,
  groupByReason,
  heading,
  nameOfTarget,
  type SameReason,
  summaryOf,
} from './describe.ts'
import { verdictOf } from './verdict.ts'
import { makeVisible, onOneLine, shorten } from './visible.ts'
import { type Words, wordsOf } from './words.ts'

/** GitHub shows no more than ten annotations of a kind for a step. */
const SHOWN = 10
/** More than this is folded away anyhow. */
const LONGEST = 2_000

type Kind = 'error' | 'warning' | 'notice'

/**
 * Workflow commands for GitHub Actions, which make annotations of what they read on a step's stdout: failed checks are
 * errors, what the grading could not judge is a warning, and the score and the advice are notices.
 */
export function renderGithub(report: Report): string {
  const words = wordsOf(report)
  const having = (status: CheckResult['status']) => report.checks.filter((check) => check.status === status)
  // The dearest first, as the rest may not be shown; last what failed only because something else did.
  const rank = ({ because, maxPoints }: CheckResult) =>
    because === undefined ? maxPoints : maxPoints - 1_000
  const failed = having('fail').toSorted((one, other) => rank(other) - rank(one))
  const wrong = groupByReason(having('error'))
  const advice = report.advice.filter(({ status }) => status === 'fail')
  const advised = advice.map(({ title }) => `- ${heading(title)}`)
  const verdict = `${words.verdict[verdictOf(report)]}. ${describeScore(report)}`
  return [
    ...annotations(
      'error',
      failed.map((check) => [titleOf(check), textOf(check, words)]),
      words,
    ),
    ...annotations(
      'warning',
      wrong.map((group) => [`${words.sections.errors} (${group.checks.length})`, listOf(group)]),
      words,
    ),
    command('notice', `msctl verify: ${nameOfTarget(report)}`, verdict),
    ...(advised.length > 0 ? [command('notice', words.sections.advice, advised.join('\n'))] : []),
    '',
  ].join('\n')
}

function annotations(
  kind: Kind,
  texts: readonly (readonly [title: string, text: string])[],
  words: Words,
): string[] {
  const fits = texts.length <= SHOWN
  const shown = fits ? texts : texts.slice(0, SHOWN - 1)
  const left = texts.slice(shown.length)
  return [
    ...shown.map(([title, text]) => command(kind, title, text)),
    ...(fits ? [] : [command(kind, words.moreChecks(left.length), left.map(([title]) => title).join('\n'))]),
  ]
}

const listOf = ({ reason, checks }: SameReason) => [reason, ...checks.map(({ id }) => `- ${id}`)].join('\n')
const titleOf = ({ id, title, maxPoints }: CheckResult) => `${id} (${maxPoints}): ${heading(title)}`

function textOf(check: CheckResult, words: Words): string {
  const cause = causeOf(check, words).map(([label, text]) => `${label}: ${text}`)
  return cause.length > 0 ? cause.join('\n') : summaryOf(check) || heading(check.title)
}

/** `::error title=…::…`, escaped as GitHub's own toolkit does, so that no text can become a command. */
function command(kind: Kind, title: string, text: string): string {
  const escapeData = (given: string) =>
    given.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const escapeProperty = (given: string) => escapeData(given).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${kind} title=${escapeProperty(onOneLine(title))}::${escapeData(shorten(makeVisible(text), LONGEST, () => '…'))}`
}
