import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Part } from '@msctl/platform/parts'
import type { Change } from '@msctl/platform/platform'
import type { Context } from '../context.ts'
import { parsePart } from '../part-argument.ts'

export { goesOnUnread, renderRestart as render } from '../output/change.ts'

/** `msctl restart [part]` */
export async function run(
  options: { readonly part?: string | undefined },
  context: Context,
): Promise<Change & { readonly part?: Part | undefined }> {
  const part = options.part === undefined ? undefined : parsePart(options.part)
  const platform = await choosePlatform('running', context)
  return { ...(part !== undefined && { part }), ...(await platform.restart(part)) }
}
