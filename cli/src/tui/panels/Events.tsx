import { Text } from 'ink'
import type { Messages } from '../../messages/index.ts'
import { formatTime } from '../../output/clock.ts'
import { printable } from '../printable.ts'
import type { DashboardEvent, DashboardState } from '../state.ts'
import { explainTrouble } from '../trouble.ts'
import { FRAME, Panel } from './Panel.tsx'

export interface EventsProps {
  readonly state: DashboardState
  readonly messages: Messages
  readonly width: number
  readonly height: number
}

/** `17:00:00` */
const CLOCK_WIDTH = 8

/** The last events, the newest above. */
export function Events({ state, messages, width, height }: EventsProps) {
  const shown = state.events.slice(-(height - FRAME.height)).reverse()
  return (
    <Panel title={messages.dashboard.events} width={width} height={height}>
      {shown.length === 0 && <Text dimColor>{messages.dashboard.noEvents}</Text>}
      {shown.map((event, index) => {
        const { text, colour } = tell(event, messages)
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
  messages: Messages,
): { readonly text: string; readonly colour?: string } {
  const words = messages.dashboard.event
  switch (event.type) {
    case 'transition':
      return { text: `${event.service} ${event.from} → ${event.to}`, colour: STATE_COLOURS[event.to] }
    case 'part':
      return { text: `${event.part} ${messages.parts[event.state]}`, colour: PART_COLOURS[event.state] }
    case 'failures':
      return { text: words.failures(event.service, event.count), colour: 'red' }
    case 'gateway-restarted':
      return { text: words.gatewayRestarted, colour: 'yellow' }
    case 'loaded':
      return { text: words.loaded(event.sent, event.failed) }
    case 'flushed':
      return { text: messages.cache.flushed(event.removed) }
    case 'platform-up':
      return { text: words.platformUp, colour: 'green' }
    case 'trouble':
      return { text: explainTrouble(event.trouble, messages).what, colour: 'red' }
  }
}
