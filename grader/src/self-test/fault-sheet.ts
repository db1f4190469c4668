import type { Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
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
  /** The services that it concerns. */
  readonly services: readonly ServiceName[]
  /** The check that is to catch it, and after it those that may rightly fail with it. */
  readonly caughtBy?: readonly string[]
  readonly switches: Switches
}

/** Writes a sheet down in the order in which it is read: name, services, what it is, and how it is done. */
type WriteSheet = (
  name: string,
  services: readonly ServiceName[],
  en: string,
  ru: string,
  switches: Switches,
) => FaultSheet

/** Writes down the faults of a criterion. */
export const faultsOf =
  (criterion: FaultSheet['criterion']): WriteSheet =>
  (name, services, en, ru, switches) => ({
    name,
    kind: 'fault',
    title: { en, ru },
    criterion,
    services,
    switches,
  })

/** Writes down the variants that might wrongly be caught under a criterion. */
export const variantsOf =
  (criterion: FaultSheet['criterion']): WriteSheet =>
  (name, services, en, ru, switches) => ({
    name,
    kind: 'variant',
    title: { en, ru },
    criterion,
    services,
    switches,
  })
