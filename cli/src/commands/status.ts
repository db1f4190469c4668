import { choosePlatform } from '@msctl/platform/choose-platform'
import type { PlatformStatus } from '@msctl/platform/platform'
import type { Context } from '../context.ts'

export { renderStatus as render } from '../output/status.ts'

/** `msctl status` */
export async function run(_options: object, context: Context): Promise<PlatformStatus> {
  const platform = await choosePlatform('running', context)
  return platform.status()
}
