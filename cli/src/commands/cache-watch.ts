import { setTimeout as delay } from 'node:timers/promises'
import { type CachedKey, listCachedKeys } from '@msctl/platform/cached-keys'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { Context } from '../context.ts'

export { renderCacheFrame as render } from '../output/cache.ts'

/** Twice a second, so that no second of a TTL is left out. */
const EVERY_MS = 500

/** A line of `msctl cache watch --json`. */
export interface CacheFrame {
  /** ISO 8601. */
  readonly time: string
  readonly keys: readonly CachedKey[]
}

/** On a terminal each frame is drawn over the one before. */
export const isRedrawn = true

/** `msctl cache watch`: what is cached, each time that something of it has changed. */
export async function* run(_options: object, context: Context): AsyncGenerator<CacheFrame> {
  const { signal } = context
  const { redis } = await choosePlatform('running', context)
  let shown = ''
  while (!signal.aborted) {
    const keys = await listCachedKeys(redis)
    const now = JSON.stringify(keys)
    if (now !== shown) yield { time: new Date().toISOString(), keys }
    shown = now
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
