import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { openScreen } from './screen.ts'

function setUp(hasColour = true) {
  const written: string[] = []
  const terminal = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text) > 0,
  })
  const modes: boolean[] = []
  const stdin = { isTTY: true, setRawMode: (mode: boolean) => modes.push(mode) }
  const process = new EventEmitter()
  const options = { stdout: terminal, stdin, process, hasColour } as unknown as Parameters<
    typeof openScreen
  >[0]
  const screen = openScreen(options)
  return { screen, written, terminal, modes, process, take: () => written.splice(0).join('') }
}

const together = (text: string) => `\u001b[?2026h${text}\u001b[?2026l`

test('a frame is written as what is new in it, and nothing where nothing is', () => {
  const { screen, take } = setUp()
  expect(take()).toBe('\u001b[?1049h\u001b[?25l')
  screen.stream.write('one\ntwo')
  expect(take()).toBe(together('\u001b[2J\u001b[1;1Hone\u001b[2;1Htwo'))
  screen.stream.write('one\ntwa')
  expect(take()).toBe(together('\u001b[2;3Ha'))
  screen.stream.write('one\ntwa')
  expect(take()).toBe('')
})

test('after another size, whoever lays out is told, and the next frame is drawn as a whole', () => {
  const { screen, terminal, take } = setUp()
  const sizes: object[] = []
  screen.onResize((size) => sizes.push(size))
  screen.stream.write('one')
  take()
  Object.assign(terminal, { columns: 100, rows: 30 }).emit('resize')
  expect(sizes).toEqual([{ columns: 100, rows: 30 }])
  expect(screen.stream.columns).toBe(100)
  // The old one would not fit.
  expect(take()).toBe('')
  screen.stream.write('one')
  expect(take()).toBe(together('\u001b[2J\u001b[1;1Hone'))
})

test.for(['uncaughtExceptionMonitor', 'exit'])('the terminal is given back at %s, once', (event) => {
  const { screen, process, modes, take } = setUp()
  take()
  process.emit(event)
  expect(take()).toBe('\u001b[?25h\u001b[?1049l')
  expect(modes).toEqual([false])
  screen.close()
  screen.stream.write('late')
  expect(take()).toBe('')
})

test('without colours, none are written', () => {
  const { screen, take } = setUp(false)
  take()
  screen.stream.write('\u001b[31mred\u001b[39m')
  expect(take()).toBe(together('\u001b[2J\u001b[1;1Hred'))
})
