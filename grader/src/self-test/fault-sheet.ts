import type { Text } from '@msctl/scenarios'
import type { CriterionId } from '../run/report.ts'
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
  /** The check that is to catch it, and after it those that may rightly fail with it. */
  readonly caughtBy?: readonly string[]
  readonly switches: Switches
}

/** Writes a sheet down in the order in which it is read: name, what it is, how it is done, and what is to catch it. */
type WriteSheet = (
  name: string,
  en: string,
  ru: string,
  switches: Switches,
  caughtBy?: readonly string[],
) => FaultSheet

const sheetsOf =
  (kind: FaultSheet['kind']) =>
  (criterion: FaultSheet['criterion']): WriteSheet =>
  (name, en, ru, switches, caughtBy) => ({
    ...{ name, kind, title: { en, ru }, criterion, switches },
    ...(caughtBy !== undefined && { caughtBy }),
  })

/** Writes down the faults of a criterion. */
export const faultsOf = sheetsOf('fault')

/** Writes down the variants that might wrongly be caught under a criterion. */
export const variantsOf = sheetsOf('variant')
