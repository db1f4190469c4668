import type { ComposeRole } from '@msctl/grader/target/compose-facts'

/** The parts that a service of a Compose file may be. */
export const COMPOSE_ROLES: readonly ComposeRole[] = [
  ...(['users', 'orders', 'payments', 'gateway', 'cache'] as const),
  ...(['db_users', 'db_orders', 'db_payments'] as const),
]

/** What people, or a linter, may judge instead of us. */
export const BY_HAND = ['code-quality', 'structure'] as const

/** Points that somebody gave: `--manual code-quality=8`. */
export interface ManualPoints {
  readonly criterion: (typeof BY_HAND)[number]
  readonly points: number
}
