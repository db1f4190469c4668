import { choosePlatform, type DriverChoice } from '@msctl/platform/choose-platform'
import { rememberDriver } from '@msctl/platform/home'
import type { Change } from '@msctl/platform/platform'
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
  rememberDriver(context.home.state, platform.driver)
  return change
}
