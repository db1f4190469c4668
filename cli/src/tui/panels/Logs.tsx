import { Text } from 'ink'
import { messages } from '../../commands/dashboard.messages.ts'
import { renderLogLine } from '../../commands/logs.ts'
import type { RenderContext } from '../../context.ts'
import type { View } from '../state.ts'
import { FRAME, Panel, printable } from './Panel.tsx'

export interface LogsProps {
  readonly view: Extract<View, { type: 'logs' }>
  readonly rendering: RenderContext
  readonly width: number
  readonly height: number
}

/** What the parts write while this is open, as `msctl logs --follow` shows it. */
export function Logs({ view: { lines, back }, rendering, width, height }: LogsProps) {
  const words = messages[rendering.language]
  const end = lines.length - back
  const shown = lines.slice(Math.max(0, end - (height - FRAME.height)), end)
  return (
    <Panel
      title={words.logs}
      note={back === 0 ? words.following : words.scrolledBack(back)}
      width={width}
      height={height}
      colour="cyan"
    >
      {lines.length === 0 && <Text dimColor>{words.noLogs}</Text>}
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Text key={index} wrap="truncate">
          {renderLogLine({ ...line, msg: printable(line.msg) }, rendering).result}
        </Text>
      ))}
    </Panel>
  )
}
