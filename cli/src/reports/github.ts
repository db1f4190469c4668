import type { CheckResult, Report } from '@msctl/scenarios/grading'
import { causeOf, describeScore, heading, nameOfTarget, summaryOf } from './describe.ts'
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
  // The dearest first, as the rest may not be shown.
  const failed = having('fail').toSorted((one, other) => other.maxPoints - one.maxPoints)
  const advice = report.advice.filter(({ status }) => status === 'fail')
  const advised = advice.map(({ title }) => `- ${heading(title)}`)
  const verdict = `${words.verdict[verdictOf(report)]}. ${describeScore(report)}`
  return [
    ...annotations('error', failed, words),
    ...annotations('warning', having('error'), words),
    command('notice', `msctl verify: ${nameOfTarget(report)}`, verdict),
    ...(advised.length > 0 ? [command('notice', words.sections.advice, advised.join('\n'))] : []),
    '',
  ].join('\n')
}

function annotations(kind: Kind, checks: readonly CheckResult[], words: Words): string[] {
  const fits = checks.length <= SHOWN
  const shown = fits ? checks : checks.slice(0, SHOWN - 1)
  const left = checks.slice(shown.length)
  return [
    ...shown.map((check) => command(kind, titleOf(check), textOf(check, words))),
    ...(fits ? [] : [command(kind, words.moreChecks(left.length), left.map(titleOf).join('\n'))]),
  ]
}

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
