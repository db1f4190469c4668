import type { Advice, CheckResult, CriterionResult, Report } from '../run/report.ts'
import {
  bodyOfEvidence,
  causeOf,
  describeScore,
  explainVerdict,
  groupByReason,
  heading,
  headOfEvidence,
  nameOfTarget,
  reproOf,
} from './describe.ts'
import { verdictOf } from './verdict.ts'
import { makeVisible, onOneLine } from './visible.ts'
import { type Words, wordsOf } from './words.ts'

const MARKS = { pass: '✅', fail: '❌', 'not-assessed': '➖', error: '⚠️' } as const
const VERDICT_MARKS = { passed: '✅', below: '❌', undecided: '⚠️' } as const
const BAR = 10
/** How much of a body is quoted, and how many pieces of evidence. */
const QUOTED = 1_200
const PIECES = 6
/** A step summary on GitHub may have 1 MiB; nobody reads that much. */
const LONGEST = 400_000

/** A summary for people: on GitHub (`$GITHUB_STEP_SUMMARY`, comments), GitLab, or in a mail. */
export function renderMarkdown(report: Report): string {
  const words = wordsOf(report)
  const verdict = verdictOf(report)
  const having = (status: CheckResult['status']) => report.checks.filter((check) => check.status === status)
  const failed = having('fail')
  const own = failed.filter(({ because }) => because === undefined)
  const advice = report.advice.filter(({ status }) => status === 'fail')
  const parts = [
    `# ${VERDICT_MARKS[verdict]} ${escapeMarkdown(nameOfTarget(report))}: ${words.verdict[verdict]}`,
    `**${describeScore(report)}** ${explainVerdict(report)}`,
    ...(report.run.complete ? [] : [`> ${words.incomplete}`]),
    table(report, words),
    ...section(words.sections.failed, own, words),
    ...list(
      words.sections.failedWith,
      failed.filter(({ because }) => because !== undefined),
    ),
    ...reasons(words.sections.errors, having('error'), words),
    ...reasons(words.sections.notAssessed, having('not-assessed'), words),
    ...section(words.sections.advice, advice, words),
    `<sub>msctl ${escapeMarkdown(report.run.msctl)} · ${words.facts.seed} ${report.run.seed} · ${report.run.startedAt}</sub>`,
  ]
  return `${takeWhole(parts, LONGEST, words)}\n`
}

function table({ criteria, checks }: Report, words: Words): string {
  const { criterion, points, check } = words.columns
  const rows = criteria.map((each) => {
    const own = checks.filter((one) => one.criterion === each.id)
    const counts = (Object.keys(MARKS) as (keyof typeof MARKS)[])
      .map((status) => [MARKS[status], own.filter((one) => one.status === status).length] as const)
      .filter(([, count]) => count > 0)
    return `| ${escapeMarkdown(each.title)} | ${bar(each)} | ${pointsOf(each)} | ${counts.map(([sign, count]) => `${sign} ${count}`).join(' ')} |`
  })
  return [`| ${criterion} | | ${points} | ${check} |`, '| :-- | :-- | --: | :-- |', ...rows].join('\n')
}

function bar({ score, assessable }: CriterionResult): string {
  if (assessable === 0) return ''
  const full = Math.floor((score * BAR) / assessable)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
}

const pointsOf = ({ score, assessable, maxScore }: CriterionResult) =>
  assessable === 0
    ? `– / ${maxScore}`
    : `${score} / ${assessable}${assessable < maxScore ? ` (${maxScore})` : ''}`

function section(title: string, of: readonly (CheckResult | Advice)[], words: Words): string[] {
  if (of.length === 0) return []
  return [`## ${title} (${of.length})`, ...of.map((each) => explain(each, words))]
}

function list(title: string, checks: readonly CheckResult[]): string[] {
  if (checks.length === 0) return []
  const lines = checks.map(({ id, because = '' }) => `- ${code(id)} ← ${code(because)}`)
  return [`## ${title} (${checks.length})`, lines.join('\n')]
}

function reasons(title: string, checks: readonly CheckResult[], words: Words): string[] {
  if (checks.length === 0) return []
  const lines = groupByReason(checks).map(
    ({ reason, checks: group }) =>
      `- ${escapeMarkdown(onOneLine(reason))} ${group.map(({ id }) => code(id)).join(', ')}`,
  )
  return [`## ${title} (${checks.length})`, words.notCounted, lines.join('\n')]
}

function explain(check: CheckResult | Advice, words: Words): string {
  const points = 'maxPoints' in check ? ` — ${words.points(check.points, check.maxPoints)}` : ''
  const cause = causeOf(check, words).map(
    ([label, text]) => `- **${label}:** ${escapeMarkdown(text).replaceAll('\n', '<br>')}`,
  )
  const pieces = check.evidence.slice(0, PIECES)
  const left = check.evidence.length - pieces.length
  const evidence = pieces.map((piece) => {
    const bodies = bodyOfEvidence(piece, words, QUOTED).map(([label, text]) =>
      label === '' ? text : `${label}: ${text}`,
    )
    return fence([headOfEvidence(piece, words), ...bodies].join('\n'), 'text')
  })
  const folded = [...evidence, ...(left > 0 ? [words.moreChecks(left)] : [])].join('\n\n')
  return [
    `### ${MARKS[check.status]} ${escapeMarkdown(heading(check.title))}${points}`,
    code(check.id),
    cause.join('\n'),
    ...(folded === '' ? [] : [`<details><summary>${words.evidence}</summary>\n\n${folded}\n\n</details>`]),
    ...(check.repro === undefined
      ? []
      : [
          `<details><summary>${words.repro}</summary>\n\n${fence(reproOf(check, words), 'sh')}\n\n</details>`,
        ]),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** As many parts as fit, none of them cut in two. */
function takeWhole(parts: readonly string[], limit: number, words: Words): string {
  const taken: string[] = []
  let length = 0
  for (const part of parts) {
    length += part.length + 2
    if (length > limit) return [...taken, words.moreChecks(parts.length - taken.length)].join('\n\n')
    taken.push(part)
  }
  return taken.join('\n\n')
}

/** A fence that nothing inside can close. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${language}\n${text.trimEnd()}\n${marks}`
}

const code = (text: string) => `\`${onOneLine(text).replaceAll('`', "'")}\``

/** Text as text: no mark-up, no HTML, no table cells, no links. */
function escapeMarkdown(text: string): string {
  return makeVisible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]>#|~$]/g, '\\$&')
}
