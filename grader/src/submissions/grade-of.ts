import type { Language } from '@msctl/scenarios'
import type { Grade } from '../reports/grades.ts'
import { isUnstarted, percentOf, verdictOf } from '../reports/verdict.ts'
import type { Report } from '../run/report.ts'

const NAMED_CHECKS = 5
const MAX_REASON = 300
const MORE = { en: (count: number) => `and ${count} more`, ru: (count: number) => `и ещё ${count}` }

/** The grade of a submission of which there is a report. @param unstarted Why it never answered, if that is so. */
export function gradeOf(id: string, report: Report, unstarted?: string): Grade {
  const { score, assessable, maxScore, passed, checks } = report
  const failed = checks.filter(({ status, because }) => status === 'fail' && because === undefined)
  const [wrong] = checks.filter(({ status }) => status === 'error')
  const status = unstarted !== undefined || isUnstarted(report) ? 'not-ready' : verdictOf(report)
  const reason = {
    passed: '',
    below: listOf(
      failed.map((check) => check.id),
      report.run.language,
    ),
    'not-ready': unstarted ?? checks.find(({ because }) => because === 'compose.ready')?.cause?.actual ?? '',
    undecided: wrong === undefined ? '' : `${wrong.id}: ${wrong.cause?.actual ?? ''}`,
  }[status]
  return {
    ...{ id, score, assessable, maxScore, percent: percentOf(report), passed, status },
    reason: inALine(reason),
  }
}

/** The grade of a submission of which there is none. */
export function gradeWithout(
  id: string,
  status: Extract<Grade['status'], 'error' | 'missing' | 'refused' | 'not-ready' | 'interrupted'>,
  reason: string,
): Grade {
  return {
    ...{ id, score: 0, assessable: 0, maxScore: 0, percent: 0, passed: false, status },
    reason: inALine(reason),
  }
}

function listOf(ids: readonly string[], language: Language): string {
  const more = ids.length - NAMED_CHECKS
  return [...ids.slice(0, NAMED_CHECKS), ...(more > 0 ? [MORE[language](more)] : [])].join(', ')
}

function inALine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON)
}
