import type { Report } from '../run/report.ts'
import { heading, summaryOf } from './describe.ts'

/**
 * The result.json of a Classroom 50 autograder, `classroom50/result/v1`
 * (https://github.com/foundation50/classroom50/wiki/Advanced-Autograding). Scores are integers and add up, so what could not
 * be judged is out of 0 points; `status` says so. Whose submission it is stands in the runner's environment.
 */
export function renderClassroom50(report: Report, env: NodeJS.ProcessEnv): string {
  const from = (name: string) => env[name] || 'unknown'
  const tests = report.checks.map((check) => {
    const isJudged = check.status === 'pass' || check.status === 'fail'
    return {
      'test-name': check.id,
      passed: check.status === 'pass',
      score: check.points,
      'max-score': isJudged ? check.maxPoints : 0,
      title: heading(check.title),
      status: check.status,
      ...(check.cause !== undefined && { message: summaryOf(check) }),
    }
  })
  const result = {
    schema: 'classroom50/result/v1',
    classroom: from('CLASSROOM'),
    assignment: from('ASSIGNMENT'),
    submission: from('SUBMISSION_TAG'),
    commit: from('COMMIT_URL'),
    release: from('RELEASE_URL'),
    review: env.REVIEW_URL || from('COMMIT_URL'),
    datetime: new Date(report.run.startedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    score: report.score,
    'max-score': report.assessable,
    tests,
  }
  return `${JSON.stringify(result, null, 2)}\n`
}
