import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { messages } from '../../commands/dashboard.messages.ts'

/** What the dashboard says, in one language. */
export type Words = (typeof messages)['en']

export interface PanelProps {
  readonly title: string
  /** At the right of the title: the one figure that matters. */
  readonly note?: string | undefined
  /** Both with the border. */
  readonly width: number
  readonly height: number
  /** The colour of the border. Default: as if it were not there. */
  readonly colour?: string | undefined
  /** Empty lines between the lines. Default 0. */
  readonly gap?: number
  /** Lines, no more than fit: cutting them off would be dear. */
  readonly children?: ReactNode
}

/** How much of the width and of the height of a panel is its frame. */
export const FRAME = { width: 4, height: 2 } as const

/** Text of others without what would steer the terminal; it stays as wide as it is, unlike what is printed line by line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '·')
}

/** A frame with a title in its upper border. */
export function Panel({ title, note = '', width, height, colour, gap = 0, children }: PanelProps) {
  const border = colour === undefined ? { dimColor: true } : { color: colour }
  const end = note === '' ? '' : ` ${note} ─`
  const line = '─'.repeat(Math.max(0, width - title.length - end.length - 5))
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Text wrap="truncate">
        <Text {...border}>╭─ </Text>
        <Text bold>{title}</Text>
        <Text {...border}>{` ${line}`}</Text>
        <Text {...border}>{end}</Text>
        <Text {...border}>╮</Text>
      </Text>
      <Box
        width={width}
        height={height - 1}
        borderStyle="round"
        borderTop={false}
        {...(colour === undefined ? { borderDimColor: true } : { borderColor: colour })}
        paddingX={1}
        flexDirection="column"
        gap={gap}
      >
        {children}
      </Box>
    </Box>
  )
}
