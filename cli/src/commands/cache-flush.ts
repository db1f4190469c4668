import { listCachedKeys } from '@msctl/platform/cached-keys'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Context } from '../context.ts'

export { renderFlushed as render } from '../output/cache.ts'

/** `msctl cache flush --json`. */
export interface Flushed {
  /** How many keys there were. */
  readonly removed: number
}

/** `msctl cache flush`: FLUSHALL, which voids the services' leases, too, so that no read under way fills the cache again. */
export async function run(_options: object, context: Context): Promise<Flushed> {
  const { redis } = await choosePlatform('running', context)
  const { length } = await listCachedKeys(redis)
  await redis.ask('FLUSHALL')
  return { removed: length }
}
