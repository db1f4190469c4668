import type { Context } from '../context.ts'
import { choosePlatform } from '../platform/choose-platform.ts'
import { createLastDriver } from '../platform/last-driver.ts'
import type { Change } from '../platform/platform.ts'

export { renderDown as render } from '../output/change.ts'

/** `msctl down` */
export async function run(
  { volumes = false }: { readonly volumes?: boolean | undefined },
  context: Context,
): Promise<Change & { readonly volumes: boolean }> {
  const platform = await choosePlatform('running', context)
  const change = await platform.down({ volumes })
  if (volumes) createLastDriver(context.home.state).forget()
  return { ...change, volumes }
}
