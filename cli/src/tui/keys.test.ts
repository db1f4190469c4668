import { expect, test } from 'vitest'
import { readWish } from './keys.ts'

test.for([
  ['q', {}, 'quit'],
  ['S', {}, 'toggle'],
  ['?', {}, 'help'],
  ['', { upArrow: true }, 'up'],
  ['', { pageDown: true }, 'page-down'],
  ['', { escape: true }, 'back'],
  ['\r', { return: true }, 'choose'],
  ['c', { ctrl: true }, 'interrupt'],
  ['s', { ctrl: true }, undefined],
  ['w', {}, undefined],
  // Pasted text is nobody's wish.
  ['sx', {}, undefined],
  ['toString', {}, undefined],
] as const)('%j with %j asks for %s', ([input, key, wish]) => {
  expect(readWish(input, key)).toBe(wish)
})

test('keys are where they are on a keyboard with a Russian layout', () => {
  const typed = [...'ычпакдгй,'].map((letter) => readWish(letter, {}))
  expect(typed).toEqual([...'sxgfrluq?'].map((letter) => readWish(letter, {})))
})
