import { percentOf, verdictOf } from '@msctl/grader/reports/verdict'
import type { Advice, CheckResult, CheckStatus, CriterionResult, Report } from '@msctl/grader/run/report'
import type { Language } from '@msctl/scenarios'
import type { RenderContext, Rendering } from '../../context.ts'
import { formatDuration } from '../../print/amounts.ts'
import type { Mark, Terminal } from '../../print/terminal.ts'
import { clip, printable, wrap } from '../../print/text.ts'
import { messages } from './messages.ts'

const BAR = 20
/** Where lines are broken that say much, in columns, on a terminal that is wider. */
const TEXT_WIDTH = 110

/** The score by criterion, then everything that did not pass, and why. */
export function renderVerify(report: Report, context: RenderContext): Rendering {
  const { language, terminal } = context
  const failed = report.checks.filter(({ status, because }) => status === 'fail' && because === undefined)
  const others = report.checks.filter(({ status, because }) => status === 'fail' && because !== undefined)
  const wrong = report.checks.filter(({ status }) => status === 'error')
  const open = report.checks.filter(({ status }) => status === 'not-assessed')
  const advised = report.advice.filter(({ status }) => status === 'fail')
  const said = messages[language]
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${terminal.bold(title)}\n${lines.join('\n')}`]
  return {
    result: [
      ...part(
        said.failed,
        failed.map((check) => explain(check, context)),
      ),
      ...part(
        said.fellWith,
        others.map((check) => brief(check, terminal)),
      ),
      ...part(said.errors, groupByReason(wrong, terminal)),
      ...part(said.notAssessed, groupByReason(open, terminal)),
      ...part(
        said.advice,
        advised.map((advice) => explain(advice, context)),
      ),
      rubricTable(report, terminal, language),
      summary(report, terminal, language),
    ].join('\n\n'),
  }
}

/** One line for a verdict: `✓ correctness.users.create  A user is created and answered with`. */
export function checkLine(
  { id, title, status, unstable }: Pick<CheckResult, 'id' | 'title' | 'status' | 'unstable'>,
  terminal: Terminal,
): string {
  const line = `${MARKS[status](terminal)(SIGNS[status])} ${id}${unstable === true ? ' ≈' : ''}`
  const left = terminal.width - 3 - id.length - 2
  return left > 20 ? `${line}  ${terminal.dim(clip(title, left))}` : line
}

const SIGNS: Readonly<Record<CheckStatus, string>> = { pass: '✓', fail: '✗', 'not-assessed': '∙', error: '!' }
const MARKS: Readonly<Record<CheckStatus, (terminal: Terminal) => Mark>> = {
  pass: ({ green }) => green,
  fail: ({ red }) => red,
  'not-assessed': ({ dim }) => dim,
  error: ({ yellow }) => yellow,
}

function rubricTable({ criteria }: Report, terminal: Terminal, language: Language): string {
  const words = messages[language]
  const width = Math.max(...criteria.map(({ title }) => title.length))
  return criteria
    .map((criterion) => {
      const { title, score, assessable, maxScore } = criterion
      const points = `${score}/${assessable}`.padStart(5)
      const note = assessable === maxScore ? '' : terminal.dim(`  ${words.ofMax(assessable, maxScore)}`)
      return `${title.padEnd(width)}  ${bar(criterion, terminal)}  ${points}${note}`
    })
    .join('\n')
}

/** What was reached in full, what was missed half, what could not be judged not at all. */
function bar({ score, assessable, maxScore }: CriterionResult, terminal: Terminal): string {
  const share = (points: number) => Math.round((points / Math.max(1, maxScore)) * BAR)
  const [reached, missed] = [share(score), share(assessable) - share(score)]
  const mark =
    score === assessable ? terminal.green : score * 2 >= assessable ? terminal.yellow : terminal.red
  const rest = '·'.repeat(Math.max(0, BAR - reached - missed))
  return mark('█'.repeat(reached)) + terminal.red('░'.repeat(Math.max(0, missed))) + terminal.dim(rest)
}

function summary(report: Report, terminal: Terminal, language: Language): string {
  const words = messages[language]
  const { score, assessable, maxScore, passMark, run } = report
  const verdict = verdictOf(report)
  const mark = { passed: terminal.green, below: terminal.red, undecided: terminal.yellow }[verdict]
  const points = words.score(score, assessable, maxScore, percentOf(report))
  const facts = words.facts(run.target.url, formatDuration(run.durationMs, language), run.seed, passMark)
  const partial = run.complete ? '' : `\n${terminal.yellow(words.partial)}`
  return `${mark(terminal.bold(words.verdict[verdict]))}  ${points}\n${terminal.dim(facts)}${partial}`
}

function explain(
  { id, title, cause, repro }: CheckResult | Advice,
  { language, terminal }: RenderContext,
): string {
  const { labels } = messages[language]
  const width = Math.max(...Object.values(labels).map((label) => label.length)) + 1
  const rows = [
    [labels.expected, cause?.expected ?? ''],
    [labels.actual, cause?.actual ?? ''],
    [labels.why, cause?.rationale ?? ''],
    [labels.hint, cause?.hint ?? ''],
    [labels.repro, repro === undefined ? '' : bodyOf(repro)],
  ] as const
  const indent = ' '.repeat(width + 4)
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => {
      const room = Math.max(20, Math.min(terminal.width, TEXT_WIDTH) - indent.length)
      const lines = (label === labels.repro ? text : wrap(text, room)).split('\n')
      return `  ${terminal.dim(label.padEnd(width))}  ${lines.map(printable).join(`\n${indent}`)}`
    })
  return [`${terminal.red(SIGNS.fail)} ${terminal.bold(id)}  ${title}`, ...lines, ''].join('\n')
}

function brief({ id, because = '' }: CheckResult, terminal: Terminal): string {
  return `${terminal.red(SIGNS.fail)} ${id} ${terminal.dim(`← ${because}`)}`
}

/** Each reason once, with the checks that it concerns. */
function groupByReason(checks: readonly CheckResult[], terminal: Terminal): string[] {
  const groups = new Map<string, CheckResult[]>()
  for (const check of checks.filter(({ because }) => because === undefined)) {
    const reason = check.cause?.actual ?? ''
    groups.set(reason, [...(groups.get(reason) ?? []), check])
  }
  return [...groups].map(([reason, group]) => {
    const sign = MARKS[group[0]?.status ?? 'error'](terminal)(SIGNS[group[0]?.status ?? 'error'])
    const ids = wrap(
      group.map(({ id }) => id).join(', '),
      Math.max(20, Math.min(terminal.width, TEXT_WIDTH) - 4),
    )
    return `${sign} ${printable(reason)}\n    ${terminal.dim(ids.replaceAll('\n', '\n    '))}`
  })
}

/** What a script does: without its head, which is the same for all, and which ends with its last empty line. Reports have all of it. */
function bodyOf(script: string): string {
  const body = script.trimEnd().split('\n\n').at(-1) ?? ''
  return body
    .split('\n')
    .filter((line) => !line.startsWith('#') && line !== 'exit $FAILED')
    .join('\n')
}
