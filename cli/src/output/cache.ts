import type { CachedKey, CachedValue } from '@msctl/platform/cached-keys'
import type { CacheFrame } from '../commands/cache-watch.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { formatTime } from './clock.ts'
import { clip } from './display-width.ts'
import { renderTable } from './table.ts'

/** How long the bar is that a new key begins with. */
const BAR_WIDTH = 20
/** What the services give a key by default, in seconds: a full bar. */
const FULL_TTL_SECONDS = 300
/** Below this a TTL is about to end, in seconds. */
const SOON_SECONDS = 10
/** What redis-cli says of a value that there is not, and of TTLs that are none. */
const NIL = '(nil)'
const [NO_KEY, NO_EXPIRY] = ['-2', '-1']

/** The keys and their TTLs as a table. */
export function renderCachedKeys(
  { keys }: { readonly keys: readonly CachedKey[] },
  { messages, terminal }: RenderContext,
): Rendering {
  const { columns, empty, emptyHint } = messages.cache
  if (keys.length === 0) return { result: empty, hints: emptyHint }
  const rows = keys.map(({ key, ttlSeconds }) => [
    { text: clip(key, terminal.width - columns.ttl.length - 6), mark: terminal.bold },
    {
      text: ttlSeconds === null ? '-' : `${ttlSeconds} s`,
      mark: ttlSeconds !== null && ttlSeconds <= SOON_SECONDS ? terminal.yellow : terminal.green,
    },
  ])
  const heads = [{ title: columns.key }, { title: columns.ttl, align: 'right' as const }]
  return { result: renderTable(heads, rows, terminal.width, terminal.dim) }
}

/** The value alone, as redis-cli prints it. */
export function renderCachedValue({ key, value }: CachedValue, { messages }: RenderContext): Rendering {
  return value === null ? { result: NIL, hints: messages.cache.missing(key) } : { result: value }
}

/** The number of seconds alone, as redis-cli prints it: -2 without such a key, -1 without an end. */
export function renderCachedTtl(
  { key, exists, ttlSeconds }: CachedValue,
  { messages }: RenderContext,
): Rendering {
  if (!exists) return { result: NO_KEY, hints: messages.cache.missing(key) }
  return { result: ttlSeconds === null ? NO_EXPIRY : String(ttlSeconds) }
}

/** What was removed. */
export function renderFlushed(
  { removed }: { readonly removed: number },
  { messages }: RenderContext,
): Rendering {
  return { result: messages.cache.flushed(removed) }
}

/** On a terminal a screen with a bar for each key; elsewhere one line. */
export function renderCacheFrame({ time, keys }: CacheFrame, context: RenderContext): Rendering {
  const { messages, terminal } = context
  const clock = formatTime(Date.parse(time))
  if (!terminal.isLive) {
    const all = keys.map(({ key, ttlSeconds }) => `${key}=${ttlSeconds ?? '-'}`).join(' ')
    return { result: `${clock}  ${all === '' ? messages.cache.empty : all}` }
  }
  const { title, empty, more } = messages.cache
  const room = Math.max(1, terminal.height - 4)
  const width = Math.max(0, ...keys.slice(0, room).map(({ key }) => key.length))
  const lines = keys.slice(0, room).map(({ key, ttlSeconds }) => {
    const seconds = (ttlSeconds === null ? '-' : `${ttlSeconds} s`).padStart(7)
    const share = Math.min(1, (ttlSeconds ?? FULL_TTL_SECONDS) / FULL_TTL_SECONDS)
    const bar = '█'.repeat(Math.ceil(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const mark = (ttlSeconds ?? FULL_TTL_SECONDS) <= SOON_SECONDS ? terminal.yellow : terminal.green
    const name = clip(key, terminal.width - seconds.length - 3).padEnd(Math.min(width, terminal.width - 11))
    const hasRoom = width + seconds.length + BAR_WIDTH + 4 <= terminal.width
    return `${terminal.bold(name)}  ${mark(seconds)}${hasRoom ? `  ${terminal.dim(bar)}` : ''}`
  })
  const rest = keys.length - lines.length
  return {
    result: [
      terminal.dim(clip(`${clock}  ${title(keys.length)}`, terminal.width - 1)),
      ...(keys.length === 0 ? [clip(empty, terminal.width - 1)] : lines),
      ...(rest > 0 ? [terminal.dim(more(rest))] : []),
    ].join('\n'),
  }
}
