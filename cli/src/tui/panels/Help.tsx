import { Text } from 'ink'
import { LETTERS } from '../keys.ts'
import { Panel, type Words } from './Panel.tsx'

export interface HelpProps {
  readonly words: Words
  readonly width: number
  readonly height: number
}

const KEY_WIDTH = 8

/** What each key does, and what the signs mean. */
export function Help({ words, width, height }: HelpProps) {
  const letters = (Object.keys(LETTERS) as (keyof typeof LETTERS)[]).map(
    (letter) => [letter, words.explained[LETTERS[letter]]] as const,
  )
  const keys = [['↑ ↓', words.explained.move] as const, ...letters, ['Esc', words.explained.back] as const]
  return (
    <Panel title={words.help} width={width} height={height} colour="cyan">
      {keys.map(([key, meaning]) => (
        <Text key={key} wrap="truncate">
          <Text bold color="cyan">
            {key.padEnd(KEY_WIDTH)}
          </Text>
          {meaning}
        </Text>
      ))}
      <Text> </Text>
      {words.legend.map((line) => (
        <Text key={line} dimColor wrap="truncate">
          {line}
        </Text>
      ))}
    </Panel>
  )
}
