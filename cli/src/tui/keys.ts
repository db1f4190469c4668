import type { Key } from 'ink'

/** What a key asks for. */
export type Wish =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'toggle'
  | 'kill'
  | 'load'
  | 'flush'
  | 'scenario'
  | 'logs'
  | 'bring-up'
  | 'help'
  | 'choose'
  | 'back'
  | 'quit'
  | 'interrupt'

/** The keys with a letter, in the order in which they are told of. */
export const LETTERS = {
  s: 'toggle',
  x: 'kill',
  g: 'load',
  f: 'flush',
  r: 'scenario',
  l: 'logs',
  u: 'bring-up',
  '?': 'help',
  q: 'quit',
} as const satisfies Readonly<Record<string, Wish>>

/** The same keys of the keyboard where its layout is Russian. */
const CYRILLIC: Readonly<Record<string, keyof typeof LETTERS>> = {
  ...{ ы: 's', ч: 'x', п: 'g', а: 'f', к: 'r', д: 'l', г: 'u', й: 'q', ',': '?' },
}

/** What is asked for by what was typed. */
export function readWish(input: string, key: Partial<Key>): Wish | undefined {
  if (key.ctrl === true) return input === 'c' ? 'interrupt' : undefined
  if (key.upArrow === true) return 'up'
  if (key.downArrow === true) return 'down'
  if (key.pageUp === true) return 'page-up'
  if (key.pageDown === true) return 'page-down'
  if (key.return === true) return 'choose'
  if (key.escape === true) return 'back'
  const typed = input.toLowerCase()
  const letter = CYRILLIC[typed] ?? typed
  return letter in LETTERS ? LETTERS[letter as keyof typeof LETTERS] : undefined
}
