import { expect, test } from 'vitest'
import { diffFrames } from './frame.ts'

const red = (text: string) => `\u001b[31m${text}\u001b[39m`
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`
const RESET = '\u001b[0m'

test('a frame that is as the one before writes nothing', () => {
  expect(diffFrames(['one', red('two')], ['one', red('two')])).toBe('')
})

test('only cells that differ are written, each at its place', () => {
  expect(diffFrames(['ttl 299 s', 'same'], ['ttl 298 s', 'same'])).toBe('\u001b[1;7H8')
  expect(diffFrames(['a', 'x--y'], ['a', 'X--Y'])).toBe('\u001b[2;1HX\u001b[2;4HY')
})

test('a cell that only looks otherwise is written, with its look and no further', () => {
  expect(diffFrames(['is up now'], [`is ${red('up')} now`])).toBe(`\u001b[1;4H\u001b[31mup${RESET}`)
  expect(diffFrames([red('up')], [red(bold('up'))])).toBe(`\u001b[1;1H\u001b[31m\u001b[1mup${RESET}`)
})

test('what a shorter line leaves over is erased, and lines that are gone are', () => {
  expect(diffFrames(['long line', 'gone'], ['long'])).toBe('\u001b[1;5H\u001b[K\u001b[2;1H\u001b[K')
})

test('where nothing is known, all is written', () => {
  expect(diffFrames(undefined, ['a', 'б'])).toBe('\u001b[2J\u001b[1;1Ha\u001b[2;1Hб')
})

test('a line with characters of uncertain width is written whole', () => {
  expect(diffFrames(['user 😀 1'], ['user 😀 2'])).toBe(`\u001b[1;1H\u001b[2Kuser 😀 2${RESET}`)
})
