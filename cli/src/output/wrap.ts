import { displayWidth } from './display-width.ts'

/**
 * Breaks a text between words, so that no line is wider than `width` columns; a word that is wider stays whole.
 *
 * @param indent What the lines after the first begin with. A line that is indented itself keeps its own indent, too.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const lines = text.split('\n').flatMap((line) => {
    const own = /^ */.exec(line)?.[0] ?? ''
    const room = width - displayWidth(indent) - own.length
    return wrapLine(line.slice(own.length), room).map((part) => own + part)
  })
  return lines.join(`\n${indent}`)
}

function wrapLine(line: string, room: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && displayWidth(longer) > room) {
      lines.push(current)
      current = word
    } else current = longer
  }
  return [...lines, current]
}
