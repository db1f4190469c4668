import type { Context } from '../context.ts'
import { type CachedValue, readCachedKey } from '../platform/cached-keys.ts'
import { choosePlatform } from '../platform/choose-platform.ts'

export { renderCachedValue as render } from '../output/cache.ts'

/** `msctl cache get <key>` */
export async function run({ key }: { readonly key: string }, context: Context): Promise<CachedValue> {
  return readCachedKey(await choosePlatform('running', context), key)
}
