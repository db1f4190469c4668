/** One character on the screen, with the codes that make it look as it does. */
interface Cell {
  readonly char: string
  readonly style: string
}

/** Colours and marks (SGR), or one character. */
const TOKEN = /\p{Cc}\[([\d;]*)m|./gsu
/** What stands in one column in every terminal; of anything else the width is not certain. */
const NARROW = /^[\u0020-\u007e\u00a0-\u036f\u0370-\u10ff\u2010-\u23e8\u23f4-\u25fc\u25ff\u2700-\u2704]*$/u
/** Codes that end others, and which. */
const ENDS: Readonly<Record<string, RegExp>> = {
  ...{ '': /./, '0': /./, '22': /^[12]$/, '23': /^3$/, '24': /^4$/, '27': /^7$/, '29': /^9$/ },
  ...{ '39': /^[39]\d/, '49': /^(4|10)\d/ },
}
const RESET = '\u001b[0m'

/**
 * What to write to a terminal that shows one frame to make it show the next: only cells that differ, each at its place.
 *
 * @param before The lines that are shown; `undefined`: nothing that one could rely on, so that all is written.
 */
export function diffFrames(before: readonly string[] | undefined, after: readonly string[]): string {
  const clear = before === undefined ? '\u001b[2J' : ''
  const rows = Math.max(before?.length ?? 0, after.length)
  const changes = Array.from({ length: rows }, (_, row) =>
    diffLines(before?.[row] ?? '', after[row] ?? '', row + 1),
  )
  return clear + changes.join('')
}

function diffLines(before: string, after: string, row: number): string {
  if (before === after) return ''
  const [old, cells] = [toCells(before), toCells(after)]
  if (![...old, ...cells].every(({ char }) => NARROW.test(char)))
    return `${moveTo(row, 1)}\u001b[2K${after}${RESET}`

  let written = ''
  let style = ''
  let writtenUpTo = -1 // the column after the last one written
  for (const [column, cell] of cells.entries()) {
    const known = old[column]
    if (known?.char === cell.char && known.style === cell.style) continue
    if (column !== writtenUpTo) written += moveTo(row, column + 1)
    if (cell.style !== style) written += `${style === '' ? '' : RESET}${cell.style}`
    written += cell.char
    style = cell.style
    writtenUpTo = column + 1
  }
  if (style !== '') written += RESET
  return old.length > cells.length ? `${written}${moveTo(row, cells.length + 1)}\u001b[K` : written
}

const moveTo = (row: number, column: number): string => `\u001b[${row};${column}H`

function toCells(line: string): Cell[] {
  const cells: Cell[] = []
  let open: readonly string[] = []
  for (const [text, code] of line.matchAll(TOKEN)) {
    if (code === undefined) cells.push({ char: text, style: open.map((each) => `\u001b[${each}m`).join('') })
    else open = applyCode(open, code)
  }
  return cells
}

/** The codes that are in force after one more. */
function applyCode(open: readonly string[], code: string): readonly string[] {
  const ended = ENDS[code]
  if (ended !== undefined) return open.filter((each) => !ended.test(each))
  return open.includes(code) ? open : [...open, code]
}
