import { likelyCounts } from './failure-rate.ts'

/** What is asked of a rate while more and more of it is seen. */
export interface Sampling {
  /** From 0 to 1. */
  readonly rate: number
  /** Rates that are to be told from it. */
  readonly others: readonly number[]
  /** How often, at the most, a right rate may be called wrong, all looks together. */
  readonly falseAlarm: number
  /** How often one looks at the most; the alarm is shared out among the looks. */
  readonly looks: number
}

/** How many times likelier the right rate has to be than each of the others, for the sampling to end. */
const LIKELIER = 1000

/**
 * Judges a rate by as few samples as do: `wrong` as soon as chance alone does not explain the count (exact binomial, two-sided), `right`
 * as soon as each of the other rates is a thousand times less likely to have brought it (so that each passes once in a thousand
 * times at the most), and `undefined` while more must be seen.
 */
export function judgeSoFar(failed: number, of: number, sampling: Sampling): 'right' | 'wrong' | undefined {
  const { rate, others, falseAlarm, looks } = sampling
  const [least, most] = likelyCounts(of, rate, falseAlarm / looks)
  if (failed < least || failed > most) return 'wrong'
  const logOf = (p: number) => failed * Math.log(p) + (of - failed) * Math.log1p(-p)
  return others.every((other) => logOf(rate) - logOf(other) >= Math.log(LIKELIER)) ? 'right' : undefined
}

/** Between which lengths a pattern is looked for. A longer one repeats too rarely to be told from chance. */
const LONGEST_PERIOD = 10

/**
 * Finds out whether outcomes repeat with a period, as those do that hang on an id, a counter or what was asked for. With 48 outcomes,
 * chance alone brings such a pattern less than once in a million times.
 *
 * @returns the period, or `undefined`. All alike is no pattern, but a rate of 0 or 1.
 */
export function periodOf(outcomes: readonly boolean[]): number | undefined {
  if (outcomes.every((outcome) => outcome === outcomes[0])) return undefined
  for (let period = 2; period <= LONGEST_PERIOD; period++)
    if (outcomes.every((outcome, index) => index < period || outcome === outcomes[index - period]))
      return period
  return undefined
}
