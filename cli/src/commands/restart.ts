import type { Context } from '../context.ts'
import { parsePart } from '../part-argument.ts'
import { choosePlatform } from '../platform/choose-platform.ts'
import type { Part } from '../platform/parts.ts'
import type { Change } from '../platform/platform.ts'

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
