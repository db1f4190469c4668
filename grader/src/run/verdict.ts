import type { Text } from '@msctl/scenarios'
import type { Check, CheckFinding } from './grader.ts'
import type { CheckStatus, Evidence } from './report.ts'

/** What came of a check by itself. */
export type Outcome =
  | { readonly by: 'finding'; readonly finding: CheckFinding }
  | ({ readonly by: 'nothing' } & Untried)

/** Why there is no finding. */
export interface Untried {
  /** `fail`: it could not be tried because of what the submission itself does not do. */
  readonly status: 'not-assessed' | 'error' | 'fail'
  readonly reason: Text
  /** The check that shows why, where there is one. */
  readonly because?: string | undefined
  readonly evidence?: readonly Evidence[]
  /** Checks on which it rests besides those that it depends on. */
  readonly restsOn?: readonly string[]
}

/** A verdict, and why. */
export interface Verdict {
  readonly status: CheckStatus
  /** With every status but `pass`: what was seen, or why it could not be tried. */
  readonly reason?: Text
  /** The check because of which this one did not pass. */
  readonly because?: string | undefined
}

/**
 * Judges one check. What it found itself comes first; what it could not find out, or found to hold, stands only if what it depends on
 * stands, too.
 *
 * @param dependencies the verdicts on the checks that it depends on; one that was not asked for is not there.
 */
export function judgeCheck(
  outcome: Outcome,
  dependencies: readonly { readonly id: string; readonly status: CheckStatus }[],
): Verdict {
  if (outcome.by === 'nothing' && outcome.status !== 'error') {
    const { status, reason, because } = outcome
    return { status, reason, because }
  }
  if (outcome.by === 'finding' && !outcome.finding.held) {
    const { actual, restsOn = [] } = outcome.finding
    const cause = dependencies.find(({ id, status }) => status === 'fail' && restsOn.includes(id))
    return cause === undefined
      ? { status: 'fail', reason: actual }
      : { status: 'fail', reason: DEPENDS.fail(cause.id), because: cause.id }
  }
  for (const status of ['fail', 'error', 'not-assessed'] as const) {
    const cause = dependencies.find((each) => each.status === status)
    if (cause !== undefined) return { status, reason: DEPENDS[status](cause.id), because: cause.id }
  }
  if (outcome.by === 'nothing') return { status: 'error', reason: outcome.reason }
  const { undecided } = outcome.finding
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
