import type { Part } from '@msctl/platform/parts'
import type { Language } from '@msctl/scenarios'
import { Text } from 'ink'
import { messages } from '../../commands/dashboard.messages.ts'
import { messages as common } from '../../messages/common.ts'
import { formatBytes, formatDuration, formatLatency } from '../../print/amounts.ts'
import { type DashboardState, partStates, ROWS } from '../state.ts'
import { FRAME, Panel } from './Panel.tsx'

export interface PartsProps {
  readonly state: DashboardState
  readonly language: Language
  readonly width: number
  readonly height: number
}

const LOOKS = {
  up: { sign: '●', colour: 'green' },
  'not ready': { sign: '◐', colour: 'yellow' },
  down: { sign: '○', colour: 'red' },
} as const
const UNKNOWN = { sign: ' ', colour: 'gray' } as const
const NAME_WIDTH = 9
/** `остановлена` is the longest. */
const WORD_WIDTH = 11
/** From this width on there is room for what a process or container is like. */
const WIDE = 48

/** Each part: whether it is up and how fast it answers, else what is wrong with it; the mark is at the one that keys are about. */
export function Parts({ state, language, width, height }: PartsProps) {
  const states = partStates(state)
  const hasRoom = height - FRAME.height >= 2 * ROWS.length - 1
  return (
    <Panel title={messages[language].parts} width={width} height={height} gap={hasRoom ? 1 : 0}>
      {ROWS.map((part) => {
        const found = states[part]
        const { sign, colour } = found === undefined ? UNKNOWN : LOOKS[found]
        const word = found === undefined ? '' : common[language].parts[found]
        const latency = found === 'up' ? latencyOf(part, state, language) : undefined
        const isSelected = part === state.selected
        return (
          <Text key={part} wrap="truncate">
            <Text color="cyan" bold>
              {isSelected ? '▸ ' : '  '}
            </Text>
            <Text bold={isSelected}>{part.padEnd(NAME_WIDTH)}</Text>
            <Text color={colour}>{`${sign} ${(latency ?? word).padEnd(WORD_WIDTH)}`}</Text>
            {width >= WIDE && <Text dimColor>{details(part, state, language)}</Text>}
          </Text>
        )
      })}
    </Panel>
  )
}

/** How long the part took to answer: the gateway us, a service the gateway, the cache the driver. The database is not asked. */
function latencyOf(part: Part, { gateway, cache }: DashboardState, language: Language): string | undefined {
  const tookMs = (() => {
    if (part === 'cache') return cache.state === 'up' ? cache.tookMs : null
    if (gateway.state !== 'up' || part === 'db') return null
    return part === 'gateway' ? gateway.tookMs : gateway.status.services[part].latency_ms
  })()
  return tookMs === null ? undefined : formatLatency(tookMs, language)
}

/** Port, memory and how long it has run. */
function details(part: Part, { platform, now }: DashboardState, language: Language): string {
  const found = platform?.parts.find(({ name }) => name === part)
  if (found === undefined || found.state === 'down') return ''
  const { port, memoryBytes, startedAt } = found
  return [
    (port === null ? '' : `:${port}`).padStart(8),
    (memoryBytes === null ? '' : formatBytes(memoryBytes, language)).padStart(8),
    (startedAt === null ? '' : formatDuration(Math.max(0, now - Date.parse(startedAt)), language)).padStart(
      14,
    ),
  ].join('')
}
