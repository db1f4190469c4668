import type { CachedKey } from '@msctl/platform/cached-keys'
import type { Language } from '@msctl/scenarios'
import { Text } from 'ink'
import { messages as cacheMessages } from '../../commands/cache.messages.ts'
import { messages } from '../../commands/dashboard.messages.ts'
import { explain } from '../../messages/explain.ts'
import type { DashboardState } from '../state.ts'
import { FRAME, Panel, printable } from './Panel.tsx'

export interface CacheProps {
  readonly state: DashboardState
  readonly language: Language
  readonly width: number
  readonly height: number
}

/** What the services give a key by default, in seconds: a full bar. */
const FULL_TTL_SECONDS = 300
/** Below this a TTL is about to end, in seconds. */
const SOON_SECONDS = 10
const SECONDS_WIDTH = 7
/** The most that a key takes of the width. */
const KEY_SHARE = 0.5

/** The keys with the time that they have left, counted down between two looks, and the hit ratio. */
export function Cache({ state, language, width, height }: CacheProps) {
  const { cache, gateway, now } = state
  const words = messages[language]
  const ratio = gateway.state === 'up' ? gateway.status.cache.hit_ratio : null
  const note = ratio === null ? undefined : words.hitRatio(Math.round(ratio * 100))
  const room = height - FRAME.height
  return (
    <Panel title={words.cache} note={note} width={width} height={height}>
      {cache.state === 'away' && (
        <Text color="yellow" wrap="truncate">
          {explain(cache.trouble, language).what}
        </Text>
      )}
      {cache.state === 'up' && (
        <Keys
          keys={alive(cache.keys, now - cache.seenAt)}
          language={language}
          width={width - FRAME.width}
          rows={room}
        />
      )}
    </Panel>
  )
}

interface KeysProps {
  readonly keys: readonly CachedKey[]
  readonly language: Language
  readonly width: number
  readonly rows: number
}

function Keys({ keys, language, width, rows }: KeysProps) {
  if (keys.length === 0) return <Text dimColor>{cacheMessages[language].empty}</Text>
  const fits = keys.length <= rows
  const shown = fits ? keys : keys.slice(0, rows - 1)
  const longest = Math.max(...shown.map(({ key }) => key.length))
  const keyWidth = Math.min(longest, Math.floor(width * KEY_SHARE)) + 1
  return (
    <>
      {shown.map(({ key, ttlSeconds }) => (
        <Text key={key} wrap="truncate">
          {clip(printable(key), keyWidth - 1).padEnd(keyWidth)}
          <Ttl seconds={ttlSeconds} width={width - keyWidth} />
        </Text>
      ))}
      {!fits && <Text dimColor>{cacheMessages[language].more(keys.length - shown.length)}</Text>}
    </>
  )
}

function Ttl({ seconds, width }: { readonly seconds: number | null; readonly width: number }) {
  const bar = Math.max(0, width - SECONDS_WIDTH)
  const share = Math.min(1, (seconds ?? FULL_TTL_SECONDS) / FULL_TTL_SECONDS)
  const full = Math.ceil(share * bar)
  const colour = seconds !== null && seconds <= SOON_SECONDS ? 'yellow' : 'green'
  return (
    <>
      <Text color={colour}>{'━'.repeat(full)}</Text>
      <Text dimColor>{'─'.repeat(bar - full)}</Text>
      <Text color={colour}>{(seconds === null ? '-' : `${seconds} s`).padStart(SECONDS_WIDTH)}</Text>
    </>
  )
}

/** The keys as they are now: with the time that has passed since they were seen taken off, those that are over left out. */
function alive(keys: readonly CachedKey[], passedMs: number): CachedKey[] {
  const passed = Math.max(0, Math.floor(passedMs / 1_000))
  return keys
    .map(({ key, ttlSeconds }) => ({ key, ttlSeconds: ttlSeconds === null ? null : ttlSeconds - passed }))
    .filter(({ ttlSeconds }) => ttlSeconds === null || ttlSeconds >= 0)
}

const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
