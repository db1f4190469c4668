import type { CheckResult, Report } from '../run/report.ts'
import { describeScore, explainInText, heading } from './describe.ts'
import { verdictOf } from './verdict.ts'
import { type Words, wordsOf } from './words.ts'

/**
 * Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/). A check that passed or failed
 * has its points; one that could not be judged is shown without points and without a status, so that it costs nothing.
 */
export function renderGradescope(report: Report): string {
  const words = wordsOf(report)
  const { run, score, assessable, maxScore, passMark, passed } = report
  const advice = report.advice.filter(({ status }) => status === 'fail')
  const result = {
    score,
    execution_time: Math.round(run.durationMs / 1000),
    output: [
      `${words.verdict[verdictOf(report)]}. ${describeScore(report)}`,
      ...(assessable === maxScore ? [] : [words.notCounted]),
      ...(run.complete ? [] : [words.incomplete]),
    ].join('\n'),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    tests: [
      ...report.criteria.flatMap(({ id }, criterion) =>
        report.checks
          .filter((check) => check.criterion === id)
          .map((check, index) => renderTest(check, `${criterion + 1}.${index + 1}`, words)),
      ),
      ...advice.map((each, index) => ({
        name: `${words.sections.advice}: ${heading(each.title)}`,
        number: `${report.criteria.length + 1}.${index + 1}`,
        output: `${words.adviceNote}\n\n${explainInText(each, words)}`,
        tags: ['advice'],
        visibility: 'visible',
        extra_data: { id: each.id },
      })),
    ],
    extra_data: {
      schema: report.schema,
      assessable,
      maxScore,
      passMark,
      passed,
      complete: run.complete,
      seed: run.seed,
    },
  }
  return `${JSON.stringify(result, null, 2)}\n`
}

function renderTest(check: CheckResult, number: string, words: Words) {
  const isJudged = check.status === 'pass' || check.status === 'fail'
  return {
    name: isJudged ? heading(check.title) : `${heading(check.title)} (${words.status[check.status]})`,
    number,
    ...(isJudged && {
      score: check.points,
      max_score: check.maxPoints,
      status: check.status === 'pass' ? 'passed' : 'failed',
    }),
    ...(check.status !== 'pass' && { output: explainInText(check, words) }),
    tags: [check.criterion],
    visibility: 'visible',
    extra_data: { id: check.id, status: check.status },
  }
}
