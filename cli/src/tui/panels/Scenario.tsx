import { Text } from 'ink'
import { messages } from '../../commands/dashboard.messages.ts'
import { renderScenarioEvent } from '../../commands/scenario/print.ts'
import type { ToldEvent } from '../../commands/scenario/tell-run.ts'
import type { RenderContext } from '../../context.ts'
import type { ScenarioView } from '../state.ts'
import { FRAME, Panel } from './Panel.tsx'

export interface ScenarioProps {
  readonly scenario: ScenarioView
  /** Epoch milliseconds. */
  readonly now: number
  readonly rendering: RenderContext
  readonly width: number
  readonly height: number
}

/** A scenario as `msctl scenario` tells it; at the end what it does now, and for how much longer. */
export function Scenario({ scenario, now, rendering, width, height }: ScenarioProps) {
  const { title, isRunning, told, doing, back } = scenario
  const words = messages[rendering.language]
  const room = height - FRAME.height - (isRunning ? 1 : 0)
  const lines = told.flatMap((each) => linesOf(each, width - FRAME.width, rendering))
  // Whoever scrolls beyond the first line sees the first.
  const end = Math.max(Math.min(room, lines.length), lines.length - back)
  const seconds = doing?.until === undefined ? undefined : Math.max(0, Math.ceil((doing.until - now) / 1_000))
  return (
    <Panel
      title={title}
      note={isRunning ? words.escEnds : words.escCloses}
      width={width}
      height={height}
      colour="cyan"
    >
      {lines.slice(Math.max(0, end - room), end).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Text key={index} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
      {isRunning && (
        <Text color="yellow" wrap="truncate">
          {['…', seconds === undefined ? '' : words.seconds(seconds), doing?.what ?? '']
            .filter(Boolean)
            .join(' ')}
        </Text>
      )}
    </Panel>
  )
}

/** What has been laid out once, for the width that it was laid out for. */
const laidOut = new WeakMap<ToldEvent, { readonly width: number; readonly lines: readonly string[] }>()

function linesOf(told: ToldEvent, width: number, rendering: RenderContext): readonly string[] {
  const known = laidOut.get(told)
  if (known?.width === width) return known.lines
  const { result } = renderScenarioEvent(told, { ...rendering, terminal: { ...rendering.terminal, width } })
  const lines = result === '' ? [] : result.split('\n')
  laidOut.set(told, { width, lines })
  return lines
}
