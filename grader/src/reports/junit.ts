import type { CheckResult, Report } from '../run/report.ts'
import { explainInText, heading, nameOfTarget, summaryOf } from './describe.ts'
import { onOneLine } from './visible.ts'
import { type Words, wordsOf } from './words.ts'

/**
 * JUnit XML as Jenkins' junit-10.xsd has it, which GitLab and others read too: a suite a criterion, a case a check. A check
 * that was not assessed is skipped; one that the grading could not judge is an error, not a failure. Suites carry the points
 * as properties.
 */
export function renderJunit(report: Report): string {
  const words = wordsOf(report)
  const { run, checks, criteria } = report
  const name = `msctl verify ${nameOfTarget(report)}`
  const suites = criteria.map(({ id, title, score, assessable, maxScore }) => {
    const cases = checks.filter(({ criterion }) => criterion === id)
    const points = { title, score, assessable, 'max-score': maxScore }
    const properties = Object.entries(points).map(
      ([key, value]) => `      <property${attributes({ name: key, value })}/>\n`,
    )
    return [
      `  <testsuite${attributes({ name: id, ...countsOf(cases), skipped: count(cases, 'not-assessed'), timestamp: run.startedAt })}>\n`,
      `    <properties>\n${properties.join('')}    </properties>\n`,
      ...cases.map((check) => renderCase(check, words)),
      '  </testsuite>\n',
    ].join('')
  })
  const total = { name, ...countsOf(checks), time: (run.durationMs / 1000).toFixed(3) }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(total)}>\n${suites.join('')}</testsuites>\n`
}

function renderCase(check: CheckResult, words: Words): string {
  const head = `    <testcase${attributes({ name: `${check.id}: ${heading(check.title)}`, classname: `msctl.${check.criterion}` })}`
  if (check.status === 'pass') return `${head}/>\n`
  const element = ({ fail: 'failure', error: 'error', 'not-assessed': 'skipped' } as const)[check.status]
  const told = { message: summaryOf(check), type: check.status }
  return `${head}>\n      <${element}${attributes(told)}>${escapeXml(explainInText(check, words))}</${element}>\n    </testcase>\n`
}

function countsOf(checks: readonly CheckResult[]) {
  return { tests: checks.length, failures: count(checks, 'fail'), errors: count(checks, 'error') }
}

const count = (checks: readonly CheckResult[], status: CheckResult['status']) =>
  checks.filter((check) => check.status === status).length

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(onOneLine(String(value)))}"`)
    .join('')
}

/** Of a text that is visible already: XML cannot hold most control characters, not even escaped. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
