import { Box, Text } from 'ink'
import { LETTERS } from '../keys.ts'
import type { Words } from './Panel.tsx'

/** Of two keys that do not both fit, those first here stay. */
const IMPORTANCE = [
  'q',
  '?',
  's',
  'g',
  'r',
  'l',
  'f',
  'x',
] as const satisfies readonly (keyof typeof LETTERS)[]
const GAP = 2

/** The keys, as many as there is room for. */
export function Footer({ words, width }: { readonly words: Words; readonly width: number }) {
  const widthOf = (letter: keyof typeof LETTERS) =>
    words.keys[LETTERS[letter]].length + letter.length + 1 + GAP
  let room = width - GAP
  const shown = new Set<string>()
  for (const letter of IMPORTANCE) {
    room -= widthOf(letter)
    if (room >= 0) shown.add(letter)
  }
  const letters = (Object.keys(LETTERS) as (keyof typeof LETTERS)[]).filter((letter) => shown.has(letter))
  return (
    <Box height={1} width={width} paddingX={1} gap={GAP}>
      {letters.map((letter) => (
        <Text key={letter} wrap="truncate">
          <Text bold color="cyan">
            {letter}
          </Text>
          <Text dimColor>{` ${words.keys[LETTERS[letter]]}`}</Text>
        </Text>
      ))}
    </Box>
  )
}
