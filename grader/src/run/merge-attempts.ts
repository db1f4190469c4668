import type { Attempt } from './attempt.ts'
import type { CheckResult } from './report.ts'
import { worstOf } from './verdict.ts'

/** What several attempts come to. A check that came out differently is marked, and the worst of its verdicts stands. */
export function mergeAttempts(attempts: readonly Attempt[]): Omit<Attempt, 'isLost'> {
  const [first] = attempts
  if (first === undefined) return { checks: [], advice: [], timeline: [], reach: [] }
  return {
    checks: first.checks.map((check) =>
      mergeCheck(
        attempts.flatMap(({ checks }) => checks.filter(({ id }) => id === check.id)),
        check,
      ),
    ),
    advice: first.advice.map((advice) => {
      const all = attempts.flatMap((attempt) => attempt.advice.filter(({ id }) => id === advice.id))
      const status = worstOf(all.map((each) => each.status))
      return all.find((each) => each.status === status) ?? advice
    }),
    timeline: first.timeline,
    reach: first.reach,
  }
}

function mergeCheck(all: readonly CheckResult[], first: CheckResult): CheckResult {
  const statuses = new Set(all.map(({ status }) => status))
  const status = worstOf([...statuses])
  const kept = all.find((each) => each.status === status) ?? first
  return statuses.size > 1 ? { ...kept, unstable: true } : kept
}
