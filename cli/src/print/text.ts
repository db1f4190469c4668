/** What takes no room of its own: marks that are drawn over the letter before, joiners, variation selectors. */
const NOTHING = /\p{M}|\p{Default_Ignorable_Code_Point}/u
/** What takes two columns: East Asian scripts, their punctuation, full-width forms, and pictures. */
const WIDE =
  /\p{sc=Han}|\p{sc=Hangul}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u
/** Latin and Cyrillic: a column each. */
const PLAIN = /^[\u0020-\u02ff\u0370-\u0482\u048a-\u052f]*$/

/** How many columns of a terminal a text takes, without escape sequences in it. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  return [...text].reduce((sum, each) => sum + (NOTHING.test(each) ? 0 : WIDE.test(each) ? 2 : 1), 0)
}

/** The text, or as much of it as fits into that many columns before a "…". */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let clipped = ''
  for (const each of text) {
    if (displayWidth(clipped + each) > width - 1) break
    clipped += each
  }
  return `${clipped}…`
}

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

/** What would steer the terminal: control characters, line separators, marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: \p{Cc} means the same, and takes Node much longer
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** A value on one line, without what would steer the terminal: it is whatever somebody chose to send. */
export function printable(value: unknown): string {
  return String(value).replace(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What means the same to every shell as it stands. */
const UNQUOTED = /^[\w@%+=:,./-]+$/

/** A word of a command line that somebody copies into a shell: quoted where it has to be. */
export function shellWord(text: string): string {
  return UNQUOTED.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
