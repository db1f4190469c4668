import { type CachedKey, listCachedKeys } from '@msctl/platform/cached-keys'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Context } from '../context.ts'

export { renderCachedKeys as render } from '../output/cache.ts'

/** `msctl cache keys --json`. */
export interface CachedKeys {
  readonly keys: readonly CachedKey[]
}

/** `msctl cache keys` */
export async function run(_options: object, context: Context): Promise<CachedKeys> {
  return { keys: await listCachedKeys((await choosePlatform('running', context)).redis) }
}
