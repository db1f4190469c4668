import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import {
  type CachedKey,
  type CachedValue,
  flushCache,
  listCachedKeys,
  readCachedKey,
} from '@msctl/platform/cached-keys'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction, type StreamAction } from '../command.ts'
import type { Context, RenderContext, Rendering } from '../context.ts'
import { exitCodeOf, isFailure } from '../failure.ts'
import type { MenuCommand } from '../menu/menu-command.ts'
import { formatTime } from '../print/amounts.ts'
import { renderTable } from '../print/table.ts'
import { clip } from '../print/text.ts'
import { runningPlatform } from '../running-platform.ts'
import { messages } from './cache.messages.ts'

/** A TTL is null for a key that never expires. */
export const CachedKeyJson = z.object({ key: z.string(), ttlSeconds: z.nullable(z.int()) })

const Keys = z.object({ keys: z.array(CachedKeyJson) })
type Keys = z.infer<typeof Keys>

/** What the services give a key by default, in seconds. */
const FULL_TTL_SECONDS = 300
/** Below this a TTL is about to end, in seconds. */
const SOON_SECONDS = 10

const runningCache = async (context: Context) => (await runningPlatform(context)).redis

/** `msctl cache keys`: the keys and their TTLs as a table. */
const keys: SingleAction<object, Keys> = {
  run: async (_options, context) => ({ keys: await listCachedKeys(await runningCache(context)) }),
  render(found, { language, terminal }) {
    const { columns, empty, emptyHint } = messages[language]
    if (found.keys.length === 0) return { result: empty, hints: emptyHint }
    const rows = found.keys.map(({ key, ttlSeconds }) => [
      { text: clip(key, terminal.width - columns.ttl.length - 6), mark: terminal.bold },
      {
        text: ttlSeconds === null ? '-' : `${ttlSeconds} s`,
        mark: ttlSeconds !== null && ttlSeconds <= SOON_SECONDS ? terminal.yellow : terminal.green,
      },
    ])
    const heads = [{ title: columns.key }, { title: columns.ttl, align: 'right' as const }]
    return { result: renderTable(heads, rows, terminal.width, terminal.dim) }
  },
}

const readKey = async ({ key }: { readonly key: string }, context: Context): Promise<CachedValue> =>
  readCachedKey(await runningCache(context), key)

/** `msctl cache get <key>`: the value alone, as redis-cli prints it. */
export const get: SingleAction<{ readonly key: string }, CachedValue> = {
  run: readKey,
  render: ({ key, value }, { language }) =>
    value === null ? { result: '(nil)', hints: messages[language].missing(key) } : { result: value },
}

/** `msctl cache ttl <key>`: the number of seconds alone, as redis-cli prints it: -2 without such a key, -1 without an end. */
export const ttl: SingleAction<{ readonly key: string }, CachedValue> = {
  run: readKey,
  render({ key, exists, ttlSeconds }, { language }) {
    if (!exists) return { result: '-2', hints: messages[language].missing(key) }
    return { result: ttlSeconds === null ? '-1' : String(ttlSeconds) }
  },
  toJson: ({ value: _value, ...rest }) => rest,
}

/** Twice a second, so that no second of a TTL is left out. */
const WATCH_EVERY_MS = 500
/** How long the bar is that a new key begins with. */
const BAR_WIDTH = 20

/** The keys are null while the cache is down. */
const Frame = z.object({ time: z.iso.datetime(), keys: z.nullable(z.array(CachedKeyJson)) })
type Frame = z.infer<typeof Frame>

/** `msctl cache watch`: what is cached, each time that something of it has changed. */
export const watch: StreamAction<object, Frame> = {
  run: watchKeys,
  render: (frame, context) =>
    context.terminal.isLive ? renderScreen(frame, context) : renderLine(frame, context),
  isRedrawn: true,
}

async function* watchKeys(_options: object, context: Context): AsyncGenerator<Frame> {
  const { signal } = context
  // What the first look finds has to be there; after that the watch outlives a cache that goes away.
  let found: CachedKey[] | null = await listCachedKeys(await runningCache(context))
  let shown = ''
  while (!signal.aborted) {
    const now = JSON.stringify(found)
    if (now !== shown) yield { time: new Date().toISOString(), keys: found }
    shown = now
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) found = await listIfThere(context)
  }
}

/** The keys; null where the cache, or the whole platform, is down now. It may come back elsewhere. */
async function listIfThere(context: Context): Promise<CachedKey[] | null> {
  try {
    return await listCachedKeys(await runningCache(context))
  } catch (error) {
    context.signal.throwIfAborted()
    if (isFailure(error) && exitCodeOf(error) === EXIT.unreachable) return null
    throw error
  }
}

function renderLine(frame: Frame, { language }: RenderContext): Rendering {
  if (frame.keys === null)
    return { result: `${formatTime(Date.parse(frame.time))}  ${messages[language].away}` }
  const all = frame.keys.map(({ key, ttlSeconds }) => `${key}=${ttlSeconds ?? '-'}`).join(' ')
  return { result: `${formatTime(Date.parse(frame.time))}  ${all || messages[language].empty}` }
}

/** A bar for each key. */
function renderScreen(frame: Frame, { language, terminal }: RenderContext): Rendering {
  const { title, empty, more, away } = messages[language]
  if (frame.keys === null) return { result: terminal.red(clip(away, terminal.width - 1)) }
  const keys = frame.keys
  const room = Math.max(1, terminal.height - 4)
  const shown = keys.slice(0, room)
  const width = Math.max(0, ...shown.map(({ key }) => key.length))
  const lines = shown.map(({ key, ttlSeconds }) => {
    const seconds = (ttlSeconds === null ? '-' : `${ttlSeconds} s`).padStart(7)
    const share = Math.min(1, (ttlSeconds ?? FULL_TTL_SECONDS) / FULL_TTL_SECONDS)
    const bar = '█'.repeat(Math.ceil(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const mark = (ttlSeconds ?? FULL_TTL_SECONDS) <= SOON_SECONDS ? terminal.yellow : terminal.green
    const name = clip(key, terminal.width - seconds.length - 3).padEnd(Math.min(width, terminal.width - 11))
    const hasRoom = width + seconds.length + BAR_WIDTH + 4 <= terminal.width
    return `${terminal.bold(name)}  ${mark(seconds)}${hasRoom ? `  ${terminal.dim(bar)}` : ''}`
  })
  const rest = keys.length - lines.length
  const head = `${formatTime(Date.parse(frame.time))}  ${title(keys.length)}`
  return {
    result: [
      terminal.dim(clip(head, terminal.width - 1)),
      ...(keys.length === 0 ? [clip(empty, terminal.width - 1)] : lines),
      ...(rest > 0 ? [terminal.dim(more(rest))] : []),
    ].join('\n'),
  }
}

const Flushed = z.object({ removed: z.int().check(z.nonnegative()) })

/** `msctl cache flush` */
export const flush: SingleAction<object, z.infer<typeof Flushed>> = {
  run: async (_options, context) => ({ removed: await flushCache(await runningCache(context)) }),
  render: ({ removed }, { language }) => ({ result: messages[language].flushed(removed) }),
}

const TtlJson = z.extend(CachedKeyJson, { exists: z.boolean() })

export const entries = defineEntries(messages, (words) => {
  const takesKey = (command: MenuCommand) => command.argument('<key>', words.arguments.key)
  return [
    { name: 'cache', examples: ['msctl cache keys', 'msctl cache get user:1', 'msctl cache flush'] },
    {
      name: 'cache keys',
      examples: ['msctl cache keys', `msctl cache keys --json | jq '.keys[] | select(.ttlSeconds < 60).key'`],
      action: keys,
      json: Keys,
    },
    {
      name: 'cache get',
      examples: ['msctl cache get user:1', 'msctl cache get order:1 --json'],
      configure: takesKey,
      action: get,
      json: z.extend(TtlJson, { value: z.nullable(z.string()) }),
    },
    {
      name: 'cache ttl',
      examples: ['msctl cache ttl user:1', 'msctl cache ttl payment:1 --json'],
      configure: takesKey,
      action: ttl,
      json: TtlJson,
    },
    {
      name: 'cache watch',
      examples: ['msctl cache watch', 'msctl cache watch --json | head -n 1'],
      action: watch,
      json: Frame,
    },
    {
      name: 'cache flush',
      examples: ['msctl cache flush', 'msctl cache flush --json'],
      action: flush,
      json: Flushed,
    },
  ]
})
