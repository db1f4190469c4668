import type { Text } from '@msctl/scenarios'
import type { Check, CheckFinding } from './grader.ts'
import type { CheckStatus } from './report.ts'

/** What came of a check by itself. */
export type Settled =
  | { readonly by: 'finding'; readonly finding: CheckFinding }
  /** Something that it needs was not given, or the grading went wrong before it was settled. */
  | { readonly by: 'obstacle'; readonly status: 'not-assessed' | 'error'; readonly reason: Text }

/** A verdict, and why. */
export interface Verdict {
  readonly status: CheckStatus
  /** With every status but `pass`: what was seen, or what was in the way. */
  readonly reason?: Text
  /** The check that it depended on in vain. */
  readonly because?: string
}

/**
 * Judges one check. What it found itself comes first; what it could not find out, or found to hold, stands only if what it depends on
 * stands, too.
 *
 * @param dependencies the verdicts on the checks that it depends on; one that was not asked for is not there.
 */
export function judgeCheck(
  settled: Settled,
  dependencies: readonly { readonly id: string; readonly title: Text; readonly status: CheckStatus }[],
): Verdict {
  if (settled.by === 'obstacle' && settled.status === 'not-assessed')
    return { status: 'not-assessed', reason: settled.reason }
  if (settled.by === 'finding' && !settled.finding.held)
    return { status: 'fail', reason: settled.finding.actual }
  for (const status of ['fail', 'error', 'not-assessed'] as const) {
    const cause = dependencies.find((each) => each.status === status)
    if (cause !== undefined) return { status, reason: DEPENDS[status](cause.id), because: cause.id }
  }
  if (settled.by === 'obstacle') return { status: settled.status, reason: settled.reason }
  const { undecided } = settled.finding
  return undecided === undefined ? { status: 'pass' } : { status: 'not-assessed', reason: undecided }
}

const DEPENDS = {
  fail: (id: string): Text => ({
    en: `It needs ${id}, which failed.`,
    ru: `Для этого нужна проверка ${id}, а она не пройдена.`,
  }),
  error: (id: string): Text => ({
    en: `It needs ${id}, which could not be checked.`,
    ru: `Для этого нужна проверка ${id}, а её не удалось провести.`,
  }),
  'not-assessed': (id: string): Text => ({
    en: `It needs ${id}, which was not assessed.`,
    ru: `Для этого нужна проверка ${id}, а она не оценивалась.`,
  }),
}

const ORDER: readonly CheckStatus[] = ['fail', 'error', 'not-assessed', 'pass']

/** What several attempts come to: a check that failed once has failed. */
export function worstOf(statuses: readonly CheckStatus[]): CheckStatus {
  return ORDER.find((status) => statuses.includes(status)) ?? 'not-assessed'
}

/** A check with its id, as it is looked up by others. */
export type NamedCheck = Check & { readonly id: string }
