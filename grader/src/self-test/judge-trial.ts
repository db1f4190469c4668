import type { CheckResult, Report } from '../run/report.ts'
import type { FaultSheet } from './fault-sheet.ts'

/** What grading one bundled implementation came to. */
export interface Trial {
  readonly name: string
  readonly kind: 'fault' | 'variant'
  readonly title: string
  readonly criterion: FaultSheet['criterion']
  /** The checks, or the advice, that are to catch it. */
  readonly meant: readonly string[]
  /** Those that did. What merely fell with them is not among them. */
  readonly caughtBy: readonly string[]
  /** Those that failed and have nothing to do with it, each with what was found. */
  readonly unrelated: readonly string[]
  /** Checks that could not be carried out, each with the reason. */
  readonly errors: readonly string[]
  readonly score: number
  readonly assessable: number
  readonly durationMs: number
  /** A fault: caught by what is meant to, and by nothing else. A variant: every point. */
  readonly isRight: boolean
}

/** Compares what was found with what there is to be found. */
export function judgeTrial(sheet: FaultSheet, report: Report, language: 'en' | 'ru'): Trial {
  const { name, kind, title, criterion, caughtBy: meant = [] } = sheet
  const own = report.checks.filter(({ status, because }) => status === 'fail' && because === undefined)
  const failed = own.map(({ id }) => id)
  const advised = report.advice.filter(({ status }) => status === 'fail').map(({ id }) => id)
  const isMeant = (id: string) =>
    meant.length === 0
      ? own.some((check) => check.id === id && check.criterion === criterion)
      : meant.includes(id)
  const caughtBy = [...failed, ...advised].filter((id) => (kind === 'fault' ? isMeant(id) : false))
  // What is advised costs no points: many an implementation that is correct could do better.
  // Nor is it another mistake when a check cannot hold without one that failed.
  const fallen = new Set(report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id))
  const unrelated = own
    .filter(({ id, dependsOn }) => !caughtBy.includes(id) && !dependsOn.some((each) => fallen.has(each)))
    .map(withCause)
  const errors = report.checks.filter(({ status }) => status === 'error').map(withCause)
  const isFound =
    kind === 'fault'
      ? meant[0] === undefined
        ? caughtBy.length > 0
        : caughtBy.includes(meant[0])
      : report.score === report.assessable
  return {
    ...{ name, kind, criterion, meant, caughtBy, unrelated, errors },
    title: typeof title === 'string' ? title : title[language],
    ...{ score: report.score, assessable: report.assessable, durationMs: report.run.durationMs },
    isRight: isFound && unrelated.length === 0 && errors.length === 0,
  }
}

const withCause = ({ id, cause }: CheckResult) => `${id}: ${cause?.actual ?? ''}`
