import { EXIT } from '@msctl/grader/exit'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Check } from '@msctl/platform/doctor/check'
import { checkCompose } from '@msctl/platform/doctor/check-compose'
import { checkLocal } from '@msctl/platform/doctor/check-local'
import { checkMachine } from '@msctl/platform/doctor/check-machine'
import type { Driver } from '@msctl/platform/platform'
import type { Context } from '../context.ts'

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
