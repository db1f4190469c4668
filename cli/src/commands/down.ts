import { findPlatforms } from '@msctl/platform/choose-platform'
import { forgetDriver, readLastDriver } from '@msctl/platform/home'
import type { Change } from '@msctl/platform/platform'
import type { Context } from '../context.ts'

export { goesOnUnread, renderDown as render } from '../output/change.ts'

/** `msctl down` */
export async function run(
  { volumes = false }: { readonly volumes?: boolean | undefined },
  context: Context,
): Promise<Change & { readonly volumes: boolean }> {
  const { current, other } = await findPlatforms(context)
  const isKnown = readLastDriver(context.home.state) !== undefined || (await current.isRunning())
  const change = await current.down({ volumes })
  if (volumes) {
    // An `up` that was interrupted may have left data by either driver.
    if (!isKnown) await other?.down({ volumes })
    forgetDriver(context.home.state)
  }
  return { ...change, volumes }
}
