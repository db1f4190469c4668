import type { Context } from '../context.ts'
import { findPlatforms } from '../platform/choose-platform.ts'
import { createLastDriver } from '../platform/last-driver.ts'
import type { Change } from '../platform/platform.ts'

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
