import type { Context } from '../context.ts'
import { choosePlatform } from '../platform/choose-platform.ts'
import type { Change } from '../platform/platform.ts'

export { renderDown as render } from '../output/change.ts'

/** `msctl down` */
export async function run(
  { volumes = false }: { readonly volumes?: boolean | undefined },
  context: Context,
): Promise<Change & { readonly volumes: boolean }> {
  const platform = await choosePlatform('running', context)
  return { ...(await platform.down({ volumes })), volumes }
}
