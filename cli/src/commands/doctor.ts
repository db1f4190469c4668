import type { Context } from '../context.ts'
import type { Check } from '../doctor/check.ts'
import { checkCompose } from '../doctor/check-compose.ts'
import { checkLocal } from '../doctor/check-local.ts'
import { checkMachine } from '../doctor/check-machine.ts'
import { EXIT } from '../failure.ts'
import { choosePlatform } from '../platform/choose-platform.ts'
import type { Driver } from '../platform/platform.ts'

export { renderDoctor as render } from '../output/doctor.ts'

/** `msctl doctor --json`. */
export interface Diagnosis {
  readonly drivers: readonly { readonly driver: Driver; readonly canRun: boolean }[]
  readonly checks: readonly Check[]
}

/** `msctl doctor`: looks, and changes nothing. */
export async function run(_options: object, context: Context): Promise<Diagnosis> {
  const platform = await choosePlatform('running', context)
  const status = await platform.status()
  const found = await Promise.all([
    checkMachine(context, status),
    checkLocal(context, status),
    checkCompose(context, process.cwd()),
  ])
  const checks = found.flat()
  const canRun = (driver: Driver) =>
    !checks.some((each) => each.state === 'missing' && (each.driver === null || each.driver === driver))
  const drivers = (['local', 'compose'] as const).map((driver) => ({ driver, canRun: canRun(driver) }))
  return { drivers, checks }
}

/** 4 when no driver can run here. */
export function exitCode({ drivers }: Diagnosis): number {
  return drivers.some(({ canRun }) => canRun) ? EXIT.done : EXIT.environment
}
