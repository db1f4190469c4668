import type { ServiceName } from '@msctl/sdk/contract'
import type { Text } from '../engine/index.ts'
import type { CriterionId } from '../grading/index.ts'
import type { Switches } from './switches.ts'

/** One thing that is wrong with a platform, or merely different. */
export interface FaultSheet {
  /** Stable, kebab-case: `users-put-resets-missing-fields`. */
  readonly name: string
  /** A `fault` breaks what the assignment states (or, as advice, what a good engineer would add); a `variant` is correct. */
  readonly kind: 'fault' | 'variant'
  /** What is wrong, or different, in a sentence. */
  readonly title: Text
  /** Where it is to be caught; for a variant, where it might wrongly be. */
  readonly criterion: CriterionId | 'advice'
  /** The services that it concerns. */
  readonly services: readonly ServiceName[]
  /** The checks that are to catch it. */
  readonly caughtBy?: readonly string[]
  readonly switches: Switches
}

/** Every fault and every variant. */
export const FAULTS: readonly FaultSheet[] = []

/** @throws {RangeError} for a name that is not in the catalogue. */
export function findFaults(names: readonly string[]): readonly FaultSheet[] {
  return names.map((name) => {
    const found = FAULTS.find((sheet) => sheet.name === name)
    if (found === undefined) throw new RangeError(`There is no fault ${name}.`)
    return found
  })
}
