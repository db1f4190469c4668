// npm run texts: every text that users see, in both languages, as one page, to be read whole. Each stands in the sources
// either as { en, ru }, or as a catalogue `const en = {…}` with its `const ru = {…}`, or as two arguments side by side.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'

const CYRILLIC = /[а-яё]/i
const root = new URL('..', import.meta.url)
const files = execFileSync(
  'git',
  ['ls-files', '*/src/**.ts', '*/src/**.tsx', 'grader/fixtures/verdicts.ts'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file !== '' && !/\.test\.tsx?$|\/testing\//.test(file))

/** The texts of one file: [English, Russian]. */
function textsOf(file) {
  const source = readFileSync(new URL(file, root), 'utf8')
  if (!CYRILLIC.test(source)) return []
  const found = []
  const seen = new Set()
  const slice = (node) => source.slice(node.start, node.end)

  function pair(en, ru) {
    if (en === undefined || ru === undefined) return
    seen.add(ru)
    if (en.type === 'ObjectExpression' && ru.type === 'ObjectExpression') {
      for (const property of en.properties)
        pair(
          property.value,
          ru.properties.find(({ key }) => key && property.key && slice(key) === slice(property.key))?.value,
        )
    } else if (en.type === 'ArrayExpression' && ru.type === 'ArrayExpression')
      for (const [index, element] of en.elements.entries()) pair(element, ru.elements[index])
    else found.push([plain(slice(en)), plain(slice(ru))])
  }

  function visit(node) {
    if (node === null || typeof node !== 'object' || seen.has(node)) return
    if (Array.isArray(node)) {
      const constants = (name) =>
        node
          .flatMap((each) => (each?.type === 'VariableDeclaration' ? each.declarations : []))
          .find(({ id }) => id.name === name)?.init
      pair(unwrap(constants('en')), unwrap(constants('ru')))
      node.forEach((each, index) => {
        if (isRussian(each) && !seen.has(each)) pair(node[index - 1], each)
      })
      node.forEach(visit)
      return
    }
    if (node.type === 'ObjectExpression') {
      const value = (name) => node.properties.find(({ key }) => key?.name === name)?.value
      pair(value('en'), value('ru'))
    }
    for (const key of Object.keys(node)) if (typeof node[key] === 'object') visit(node[key])
  }

  const isRussian = (node) =>
    /^(Literal|TemplateLiteral|ArrowFunctionExpression)$/.test(node?.type) && CYRILLIC.test(slice(node))
  visit(parseSync(file, source).program.body)
  return found
}

const unwrap = (node) => (/^TS(As|Satisfies)Expression$/.test(node?.type) ? unwrap(node.expression) : node)

/** A literal without its quotes, a function without its parameters; on one line, as a cell of a table. */
const plain = (code) =>
  code
    .replace(/^(['"`])(.*)\1$/s, '$2')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')

const parts = files.flatMap((file) => {
  const texts = textsOf(file).filter(([en, ru]) => en !== 'en' && ru !== 'ru')
  if (texts.length === 0) return []
  return [
    `## ${file}\n\n| English | Русский |\n| --- | --- |\n${texts.map(([en, ru]) => `| ${en} | ${ru} |`).join('\n')}\n`,
  ]
})
process.stdout.write(`# Texts · Тексты\n\n${parts.join('\n')}`)
