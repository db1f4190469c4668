import type { Context } from '../context.ts'
import { choosePlatform } from '../platform/choose-platform.ts'
import type { PlatformStatus } from '../platform/platform.ts'

export { renderStatus as render } from '../output/status.ts'

/** `msctl status` */
export async function run(_options: object, context: Context): Promise<PlatformStatus> {
  const platform = await choosePlatform('running', context)
  return platform.status()
}
