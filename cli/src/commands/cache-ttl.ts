import type { CachedValue } from '@msctl/platform/cached-keys'

export { renderCachedTtl as render } from '../output/cache.ts'
/** `msctl cache ttl <key>` */
export { run } from './cache-get.ts'

/** What `--json` prints: all but the value. */
export function toJson({ value: _value, ...rest }: CachedValue): unknown {
  return rest
}
