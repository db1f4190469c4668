import { Text } from 'ink'
import type { View } from '../state.ts'
import { Panel, type Words } from './Panel.tsx'

export interface ChoiceProps {
  readonly view: Extract<View, { type: 'choosing' }>
  readonly words: Words
  readonly width: number
  readonly height: number
}

/** The scenarios, one of them marked. */
export function Choice({ view: { choices, at }, words, width, height }: ChoiceProps) {
  const longest = Math.max(...choices.map(({ name }) => name.length))
  return (
    <Panel title={words.choose} note={words.enterRuns} width={width} height={height} colour="cyan">
      {choices.map(({ name, title }, index) => (
        <Text key={name} wrap="truncate">
          <Text color="cyan" bold>
            {index === at ? '▸ ' : '  '}
          </Text>
          <Text bold={index === at}>{name.padEnd(longest + 2)}</Text>
          <Text dimColor={index !== at}>{title}</Text>
        </Text>
      ))}
    </Panel>
  )
}
