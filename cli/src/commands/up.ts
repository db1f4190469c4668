import { createLastDriver } from '@msctl/platform/last-driver'
import type { Change } from '@msctl/platform/platform'
import { choosePlatform, type DriverChoice } from '../choose-platform.ts'
import type { Context } from '../context.ts'

export { goesOnUnread, renderUp as render } from '../output/change.ts'

export interface UpCommandOptions {
  readonly driver?: DriverChoice | undefined
  readonly port?: number | undefined
  readonly fresh?: boolean | undefined
}

/** `msctl up` */
export async function run(
  { driver, port, fresh = false }: UpCommandOptions,
  context: Context,
): Promise<Change> {
  const { settings } = context
  const platform = await choosePlatform(driver ?? settings.driver?.value ?? 'auto', context)
  const change = await platform.up({ port: port ?? settings.port?.value, fresh })
  createLastDriver(context.home.state).remember(platform.driver)
  return change
}
