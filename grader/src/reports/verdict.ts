import type { Report } from '../run/report.ts'

/** What a report comes to. `undecided`: the grading went wrong somewhere or was ended early, or nothing could be judged. */
export type Verdict = 'passed' | 'below' | 'undecided'

/** Nobody is told to be below the mark by a grading that went wrong. */
export function verdictOf({ passed, assessable, checks, run }: Report): Verdict {
  if (passed) return 'passed'
  const wentWrong = !run.complete || assessable === 0 || checks.some(({ status }) => status === 'error')
  return wentWrong ? 'undecided' : 'below'
}

/** Whether the target was to be started for the grading, and never answered. */
export function isUnstarted({ checks }: Pick<Report, 'checks'>): boolean {
  return checks.some(({ because, status }) => because === 'compose.ready' && status === 'fail')
}

/** The score in percent of what could be judged, to a tenth and never rounded up to a mark; 0 when nothing could be. */
export function percentOf({ score, assessable }: Pick<Report, 'score' | 'assessable'>): number {
  return assessable === 0 ? 0 : Math.floor((score * 1000) / assessable) / 10
}
