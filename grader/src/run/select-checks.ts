import { Failure } from '../failure.ts'
import type { Experiment } from './grader.ts'
import { CRITERIA } from './report.ts'
import type { NamedCheck } from './verdict.ts'

/** An experiment with those of its checks that are asked for. */
export interface Selected {
  readonly experiment: Experiment
  readonly checks: readonly NamedCheck[]
}

/** The experiments of which at least one check is wanted. */
export function selectChecks(
  experiments: readonly Experiment[],
  wanted: { readonly only?: readonly string[] | undefined; readonly skip?: readonly string[] | undefined },
): readonly Selected[] {
  const { only, skip = [] } = wanted
  const isWanted = (check: NamedCheck) =>
    (only === undefined || only.some((word) => isNamed(check, word))) &&
    !skip.some((word) => isNamed(check, word))
  return experiments
    .map((experiment) => ({ experiment, checks: checksOf(experiment).filter(isWanted) }))
    .filter(({ checks }) => checks.length > 0)
}

/** Criteria are known even where all of their points are given by hand. @throws Failure `unknown-check`. */
export function assertKnown(experiments: readonly Experiment[], words: readonly string[]): void {
  const checks = experiments.flatMap(checksOf)
  const names = [...CRITERIA, 'advice', ...checks.map(({ id }) => id)]
  const unknown = words.find((word) => !names.includes(word) && !checks.some((check) => isNamed(check, word)))
  if (unknown !== undefined) throw new Failure('unknown-check', { given: unknown, known: names })
}

/** The checks of an experiment. */
export function checksOf({ sheet }: Experiment): readonly NamedCheck[] {
  return Object.entries(sheet.expectations).map(([id, check]) => ({ id, ...check }))
}

/** A criterion, a check, or all checks whose ids begin with these words: `advice`, `caching`, `circuit-breaker.users`. */
function isNamed({ id, criterion, isAdvice = false }: NamedCheck, word: string): boolean {
  const isOfCriterion = word === criterion && !isAdvice
  return isOfCriterion || (word === 'advice' && isAdvice) || id === word || id.startsWith(`${word}.`)
}
