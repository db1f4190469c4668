import { createLastDriver } from '@msctl/platform/last-driver'
import type { Change } from '@msctl/platform/platform'
import { findPlatforms } from '../choose-platform.ts'
import type { Context } from '../context.ts'

export { goesOnUnread, renderDown as render } from '../output/change.ts'

/** `msctl down` */
export async function run(
  { volumes = false }: { readonly volumes?: boolean | undefined },
  context: Context,
): Promise<Change & { readonly volumes: boolean }> {
  const { current, other } = await findPlatforms(context)
  const lastDriver = createLastDriver(context.home.state)
  const isKnown = lastDriver.read() !== undefined || (await current.isRunning())
  const change = await current.down({ volumes })
  if (volumes) {
    // An `up` that was interrupted may have left data by either driver.
    if (!isKnown) await other?.down({ volumes })
    lastDriver.forget()
  }
  return { ...change, volumes }
}
