import type { Experiment } from '../grading/index.ts'

/** Everything that is asked of a target, in the order in which it begins: what is quick first, what takes all services last. */
export const EXPERIMENTS: readonly Experiment[] = []
