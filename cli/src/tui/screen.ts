import { EventEmitter } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { diffFrames } from './frame.ts'
import type { Size } from './state.ts'

/** A terminal that was taken over, until it is given back. */
export interface Screen {
  size(): Size
  /** Called when the terminal has another size; the next frame is drawn anew as a whole. */
  onResize(listener: (size: Size) => void): void
  /** Where ink writes: each thing that is written is a whole frame. */
  readonly stream: NodeJS.WriteStream
  /** Gives the terminal back as it was. Does nothing when that is done. */
  close(): void
}

const ALTERNATE_SCREEN = { enter: '\u001b[?1049h', leave: '\u001b[?1049l' }
const CURSOR = { hide: '\u001b[?25l', show: '\u001b[?25h' }
/** Terminals that know it show all that is written in between at once. */
const TOGETHER = { begin: '\u001b[?2026h', end: '\u001b[?2026l' }

export interface ScreenOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stdin: Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode'>
  /** What tells of the process's end. */
  readonly process: NodeJS.EventEmitter
  /** Whether colours and marks are shown; ink does not know of NO_COLOR. */
  readonly hasColour: boolean
}

/**
 * Takes the terminal over: its other screen, without the cursor. ink would clear all of a screen that it fills, at each
 * frame; here, only what differs from the frame before is written. Given back also when the process ends by an error.
 */
export function openScreen({ stdout, stdin, process, hasColour }: ScreenOptions): Screen {
  const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
  let shown: readonly string[] | undefined
  let isOpen = true
  const resized: ((size: Size) => void)[] = []

  const write = (text: string): boolean => {
    if (!isOpen) return true
    const wanted = hasColour ? text : stripVTControlCharacters(text)
    const frame = wanted.split('\n').slice(0, size().rows)
    const changes = diffFrames(shown, frame)
    if (changes !== '') stdout.write(`${TOGETHER.begin}${changes}${TOGETHER.end}`)
    shown = frame
    return true
  }
  const onResize = () => {
    // The terminal has moved what it showed, and the last frame fits no more: nothing is drawn before the next one.
    shown = undefined
    Object.assign(stream, size())
    for (const listener of resized) listener(size())
  }
  const close = () => {
    if (!isOpen) return
    isOpen = false
    stdout.off('resize', onResize)
    process.off('exit', close)
    process.off('uncaughtExceptionMonitor', close)
    if (stdin.isTTY) stdin.setRawMode(false)
    stdout.write(`${CURSOR.show}${ALTERNATE_SCREEN.leave}`)
  }

  // What ink needs of a stream; no real one, since it must not write to the terminal itself.
  const stream = Object.assign(new EventEmitter(), {
    ...size(),
    // Or it would be told to hide its cursor, too.
    isTTY: false,
    write,
  }) as unknown as NodeJS.WriteStream
  stdout.on('resize', onResize)
  // An error that nobody catches is printed after this, where people see it.
  process.on('uncaughtExceptionMonitor', close)
  process.on('exit', close)
  stdout.write(`${ALTERNATE_SCREEN.enter}${CURSOR.hide}`)
  return { size, onResize: (listener) => resized.push(listener), stream, close }
}
