import { type CachedValue, readCachedKey } from '@msctl/platform/cached-keys'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Context } from '../context.ts'

export { renderCachedValue as render } from '../output/cache.ts'

/** `msctl cache get <key>` */
export async function run({ key }: { readonly key: string }, context: Context): Promise<CachedValue> {
  return readCachedKey((await choosePlatform('running', context)).redis, key)
}
