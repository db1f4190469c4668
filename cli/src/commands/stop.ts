import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Context } from '../context.ts'
import { type PartChange, partChange } from '../output/change.ts'
import { parsePart } from '../part-argument.ts'

export { goesOnUnread, renderStopped as render } from '../output/change.ts'

/** `msctl stop <part>` */
export async function run(options: { readonly part: string }, context: Context): Promise<PartChange> {
  const part = parsePart(options.part)
  const platform = await choosePlatform('running', context)
  return partChange(part, await platform.stop(part))
}
