import { ADVICE_FAULTS } from './advice.ts'
import { ALIKE_FAULTS } from './alike.ts'
import { CACHING_FAULTS } from './caching.ts'
import { CAUGHT_BY } from './caught-by.ts'
import { CIRCUIT_BREAKER_FAULTS } from './circuit-breaker.ts'
import { GATEWAY_FAULTS } from './correctness-gateway.ts'
import { ORDERS_FAULTS } from './correctness-orders.ts'
import { PAYMENTS_CORRECTNESS_FAULTS } from './correctness-payments.ts'
import { USERS_FAULTS } from './correctness-users.ts'
import type { FaultSheet } from './fault-sheet.ts'
import { LAB_FAULTS } from './labs.ts'
import { PAYMENTS_FAULTS } from './payments.ts'
import { PERSISTENCE_FAULTS } from './persistence.ts'
import { VARIANTS } from './variants.ts'

const SHEETS: readonly FaultSheet[] = [
  ...USERS_FAULTS,
  ...ORDERS_FAULTS,
  ...PAYMENTS_CORRECTNESS_FAULTS,
  ...GATEWAY_FAULTS,
  ...ALIKE_FAULTS,
  ...CACHING_FAULTS,
  ...PAYMENTS_FAULTS,
  ...PERSISTENCE_FAULTS,
  ...CIRCUIT_BREAKER_FAULTS,
  ...ADVICE_FAULTS,
  ...VARIANTS,
]

/** Every fault, by criterion, and every variant. */
export const FAULTS: readonly FaultSheet[] = SHEETS.map((sheet) => ({
  ...sheet,
  caughtBy: sheet.caughtBy ?? CAUGHT_BY[sheet.name] ?? [],
}))

/** @throws {RangeError} for a name that is not in the catalogue. */
export function findFaults(names: readonly string[]): readonly FaultSheet[] {
  return names.map((name) => {
    const found = [...FAULTS, ...LAB_FAULTS].find((sheet) => sheet.name === name)
    if (found === undefined) throw new RangeError(`There is no fault ${name}.`)
    return found
  })
}
