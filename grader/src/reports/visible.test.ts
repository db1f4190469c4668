import { expect, test } from 'vitest'
import { makeVisible, onOneLine, shorten } from './visible.ts'

test('what cannot be seen is made visible, and the rest stays', () => {
  expect(makeVisible('a\tb\r\nc\u0000\u001b[1m\u007f\u0085')).toBe('a\tb\nc␀␛[1m\\u007f\\u0085')
  expect(makeVisible('\u202egnp.exe\u2066')).toBe('\\u202egnp.exe\\u2066')
  expect(makeVisible('👩‍👩‍👧 \ud83d!')).toBe('👩‍👩‍👧 \ufffd!')
  expect(makeVisible(makeVisible('\u0007'))).toBe('␇')
})

test('one line is one line', () => {
  expect(onOneLine(' a\n\tb\r\nc ')).toBe('a b c')
})

test('a text is cut between characters, and what is left out is counted', () => {
  expect(shorten('abcd', 4, String)).toBe('abcd')
  expect(shorten('abcde', 4, (left) => `…${left}`)).toBe('abcd…1')
  expect(shorten('abc👍', 4, (left) => `…${left}`)).toBe('abc…2')
})
