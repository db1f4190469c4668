// A terminal's screen, as `tmux capture-pane -e -p` gives it, as a picture.

/** How wide and high a cell is, and the space around all of them, in pixels. */
const [WIDTH, HEIGHT, MARGIN] = [8.4, 18, 14]
const COLOURS = ['#6e7681', '#ff7b72', '#3fb950', '#d29922', '#79c0ff', '#d2a8ff', '#39c5cf', '#c9d1d9']
/** Lines and bars, which fill their cells. */
const DRAWN = /[\u2500-\u259f]/
const [FOREGROUND, BACKGROUND] = ['#c9d1d9', '#0d1117']

/** @param {string} screen Lines with their marks (SGR). @param {{ columns: number, title: string }} options */
export function toSvg(screen, { columns, title }) {
  const lines = screen.trimEnd().split('\n')
  const [width, height] = [columns * WIDTH + 2 * MARGIN, lines.length * HEIGHT + 2 * MARGIN]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width.toFixed(0)}" height="${height}" role="img" viewBox="0 0 ${width.toFixed(0)} ${height}">
<title>${toText(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="${FOREGROUND}">
${drawLines(lines).join('\n')}
</g>
</svg>
`
}

/** What is in force at the end of a line is in force at the beginning of the next. */
function drawLines(lines) {
  let look = {}
  return lines.flatMap((line, row) => {
    const drawn = []
    let column = 0
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what marks consist of
    for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
      if (text === undefined) {
        look = codes.split(';').reduce((before, code) => applyCode(before, Number(code)), look)
      } else {
        // A word at a time: what becomes of spaces in a picture is for each viewer to say.
        for (const { 0: word, index } of text.matchAll(/\S+/g)) {
          drawn.push(drawWord(word, { row, column: column + [...text.slice(0, index)].length, look }))
        }
        column += [...text].length
      }
    }
    return drawn
  })
}

function drawWord(word, { row, column, look }) {
  const at = `x="${(MARGIN + column * WIDTH).toFixed(1)}" y="${MARGIN + row * HEIGHT + 13}"`
  // Whatever the font, each cell is where it belongs; and lines that are drawn have no gaps.
  const adjust = DRAWN.test(word) ? ' lengthAdjust="spacingAndGlyphs"' : ''
  const size = `textLength="${([...word].length * WIDTH).toFixed(1)}"${adjust}`
  const marks = [
    look.colour === undefined ? '' : ` fill="${look.colour}"`,
    look.bold ? ' font-weight="bold"' : '',
    look.dim ? ' opacity="0.55"' : '',
  ].join('')
  return `<text ${at} ${size}${marks}>${toText(word)}</text>`
}

function applyCode(look, code) {
  if (code === 0) return {}
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, dim: true }
  if (code === 22) return { ...look, bold: false, dim: false }
  if (code === 39) return { ...look, colour: undefined }
  const colour = COLOURS[code >= 90 ? code - 90 : code - 30]
  return colour === undefined ? look : { ...look, colour }
}

const toText = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
