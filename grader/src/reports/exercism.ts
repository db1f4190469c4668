import type { Report } from '../run/report.ts'
import { explainInText, heading, reproOf } from './describe.ts'
import { shorten } from './visible.ts'
import { wordsOf } from './words.ts'

/** A message has 65 535 bytes at the most; a UTF-16 unit takes up to three. */
const LONGEST = 21_000

/**
 * Exercism's results.json, version 3 (https://exercism.org/docs/building/tooling/test-runners/interface). The criteria are
 * its tasks. It knows no skipped tests, so that what was not assessed is left out.
 */
export function renderExercism(report: Report): string {
  const words = wordsOf(report)
  const tasks = report.criteria.map(({ id }) => id)
  const tests = report.checks.flatMap((check) => {
    const { status } = check
    if (status === 'not-assessed') return []
    return [
      {
        name: `${check.id}: ${heading(check.title)}`,
        status,
        message: status === 'pass' ? null : shorten(explainInText(check, words), LONGEST, words.more),
        ...(check.repro !== undefined && {
          test_code: reproOf(check, words),
        }),
        task_id: tasks.indexOf(check.criterion) + 1,
      },
    ]
  })
  const status = ((): 'pass' | 'fail' | 'error' => {
    if (tests.every((test) => test.status === 'error')) return 'error'
    return tests.every((test) => test.status === 'pass') ? 'pass' : 'fail'
  })()
  const message =
    status === 'error'
      ? shorten(
          [words.verdictWhy.undecided(''), ...tests.map((test) => test.message)].join('\n\n'),
          LONGEST,
          words.more,
        )
      : null
  return `${JSON.stringify({ version: 3, status, message, tests }, null, 2)}\n`
}
