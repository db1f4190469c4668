import type { Language } from '@msctl/scenarios'
import { Text } from 'ink'
import { messages as cacheMessages } from '../../commands/cache.messages.ts'
import { messages } from '../../commands/dashboard.messages.ts'
import { messages as common } from '../../messages/common.ts'
import { explain } from '../../messages/explain.ts'
import { formatTime } from '../../print/amounts.ts'
import type { DashboardEvent, DashboardState } from '../state.ts'
import { FRAME, Panel, printable } from './Panel.tsx'

export interface EventsProps {
  readonly state: DashboardState
  readonly language: Language
  readonly width: number
  readonly height: number
}

/** `17:00:00` */
const CLOCK_WIDTH = 8

/** The last events, the newest above. */
export function Events({ state, language, width, height }: EventsProps) {
  const words = messages[language]
  const shown = state.events.slice(-(height - FRAME.height)).reverse()
  return (
    <Panel title={words.events} width={width} height={height}>
      {shown.length === 0 && <Text dimColor>{words.noEvents}</Text>}
      {shown.map((event, index) => {
        const { text, colour } = tell(event, language)
        return (
          // Of the same moment there can be several, and all move at each new one.
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <Text key={index} wrap="truncate">
            <Text dimColor>{`${formatTime(event.at).slice(0, CLOCK_WIDTH)} `}</Text>
            <Text {...(colour !== undefined && { color: colour })}>{printable(text)}</Text>
          </Text>
        )
      })}
    </Panel>
  )
}

const STATE_COLOURS = { CLOSED: 'green', OPEN: 'red', HALF_OPEN: 'yellow' } as const
const PART_COLOURS = { up: 'green', 'not ready': 'yellow', down: 'red' } as const

function tell(
  event: DashboardEvent,
  language: Language,
): { readonly text: string; readonly colour?: string } {
  const words = messages[language].event
  switch (event.type) {
    case 'transition':
      return { text: `${event.service} ${event.from} → ${event.to}`, colour: STATE_COLOURS[event.to] }
    case 'part':
      return {
        text: `${event.part} ${common[language].parts[event.state]}`,
        colour: PART_COLOURS[event.state],
      }
    case 'failures':
      return { text: words.failures(event.service, event.count), colour: 'red' }
    case 'gateway-restarted':
      return { text: words.gatewayRestarted, colour: 'yellow' }
    case 'loaded':
      return { text: words.loaded(event.sent, event.failed) }
    case 'flushed':
      return { text: cacheMessages[language].flushed(event.removed) }
    case 'platform-up':
      return { text: words.platformUp, colour: 'green' }
    case 'trouble':
      return { text: explain(event.trouble, language).what, colour: 'red' }
  }
}
