// docs/grading.md and docs/grading.ru.md: what is generated in them is up to date (`vitest -u` renews it), and what stands in them can be
// run: each command line is understood, each script parses, each link leads somewhere.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { EXPERIMENTS } from '@msctl/grader/checks/index'
import { exampleReport } from '@msctl/grader/reports/example-report'
import { QUALITY } from '@msctl/grader/run/by-hand'
import type { Need } from '@msctl/grader/run/grader'
import type { CriterionId } from '@msctl/grader/run/report'
import { STANDARD_RUBRIC } from '@msctl/grader/run/rubric'
import { FAULTS } from '@msctl/grader/self-test/catalogue'
import { inLanguage, type Language } from '@msctl/scenarios'
import { describe, expect, test } from 'vitest'
import * as yaml from 'yaml'
import { createMenu } from '../../menu/menu.ts'

const DOCS = path.resolve(import.meta.dirname, '../../../../docs')
const SERVICE = /(?<=\.)(users|orders|payments)(?=\.)/

const SAID = {
  en: {
    check: 'check',
    points: 'points',
    what: 'what is looked for, and why',
    needs: 'needs',
    each: (points: number) => `${points} each`,
    advice: 'Advice',
    fault: 'broken on purpose',
    caughtBy: 'caught by',
    related: 'what may fail with it',
    variant: 'different, and right: gets all points',
    counted: (faults: number, variants: number) => `${faults} faults and ${variants} correct variants.`,
  },
  ru: {
    check: 'проверка',
    points: 'баллы',
    what: 'что проверяется и почему',
    needs: 'нужно',
    each: (points: number) => `по ${points}`,
    advice: 'Советы',
    fault: 'сломано нарочно',
    caughtBy: 'ловит',
    related: 'что может не пройти вместе с ней',
    variant: 'сделано иначе и верно: все баллы',
    counted: (faults: number, variants: number) => `Поломок: ${faults}, верных вариантов: ${variants}.`,
  },
} as const

const escapeCell = (text: string) => text.replace(/[|<>*_]/g, '\\$&')

/** One line of the list: a check, or the same one for each of the services. */
interface Row {
  readonly id: string
  readonly criterion: CriterionId | 'advice'
  readonly title: string
  readonly why: string
  readonly needs: readonly Need[]
  readonly points: readonly number[]
}

async function checkRows(language: Language): Promise<Row[]> {
  const worth = new Map(STANDARD_RUBRIC.criteria.flatMap(({ checks }) => Object.entries(checks)))
  const rows = new Map<string, Row>()
  for (const experiment of EXPERIMENTS) {
    for (const [id, check] of Object.entries(experiment.sheet.expectations)) {
      const of = id.replace(SERVICE, '*')
      const before = rows.get(of)
      const needs = [...new Set([...experiment.needs, ...(check.needs ?? [])])].filter(
        (need) => need !== 'http',
      )
      rows.set(of, {
        id: of,
        criterion: check.isAdvice === true ? 'advice' : check.criterion,
        title: before?.title ?? inLanguage(check.title, language),
        why: before?.why ?? inLanguage(check.why, language),
        needs: before?.needs ?? needs,
        points: [...(before?.points ?? []), worth.get(id) ?? 0],
      })
    }
  }
  // The only one that no experiment settles.
  const title = inLanguage(QUALITY.title, language)
  const points = worth.get('code-quality.review') ?? 0
  rows.set('code-quality.review', {
    ...{ id: 'code-quality.review', criterion: 'code-quality', needs: [], points: [points] },
    title: `${title[0]?.toUpperCase()}${title.slice(1)}`,
    why: `${inLanguage(QUALITY.rationale, language)} ${inLanguage(QUALITY.notJudged, language)}`,
  })
  return [...rows.values()]
}

async function renderChecks(language: Language): Promise<string> {
  const said = SAID[language]
  const rows = await checkRows(language)
  const criteria = exampleReport(language).criteria
  const table = (title: string, own: readonly Row[], hasPoints: boolean) => {
    if (own.length === 0) return []
    const head = [said.check, ...(hasPoints ? [said.points] : []), said.what, said.needs]
    const lines = own.map(({ id, points, title: what, why, needs }) => {
      const [first = 0] = points
      const worth = points.length > 1 ? said.each(first) : String(first)
      return [
        `\`${id}\``,
        ...(hasPoints ? [worth] : []),
        `**${escapeCell(what)}.** ${escapeCell(why)}`,
        needs.join(', '),
      ]
    })
    return [
      `### ${title}`,
      [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    ]
  }
  return [
    ...STANDARD_RUBRIC.criteria.flatMap(({ id, points }) => {
      const title = criteria.find((criterion) => criterion.id === id)?.title ?? id
      return table(
        `${title} (${points})`,
        rows.filter(({ criterion }) => criterion === id),
        true,
      )
    }),
    ...table(
      said.advice,
      rows.filter(({ criterion }) => criterion === 'advice'),
      false,
    ),
  ].join('\n\n')
}

/** Checks by id, the same one of all three services as one. */
function namesOf(ids: readonly string[]): string[] {
  const starred = (id: string) => id.replace(SERVICE, '*')
  const isOfAll = (id: string) => ids.filter((other) => starred(other) === starred(id)).length === 3
  return [...new Set(ids.map((id) => `\`${isOfAll(id) ? starred(id) : id}\``))]
}

function renderFaults(language: Language): string {
  const said = SAID[language]
  const faults = FAULTS.filter(({ kind }) => kind === 'fault')
  const variants = FAULTS.filter(({ kind }) => kind === 'variant')
  const titleOf = (sheet: (typeof FAULTS)[number]) => escapeCell(inLanguage(sheet.title, language))
  const caught = faults.map((sheet) => {
    const [first, ...others] = namesOf(sheet.caughtBy ?? [])
    return `| ${titleOf(sheet)} | ${first ?? sheet.criterion} | ${others.join(', ')} |`
  })
  return [
    said.counted(faults.length, variants.length),
    [`| ${said.fault} | ${said.caughtBy} | ${said.related} |`, '| --- | --- | --- |', ...caught].join('\n'),
    [`| ${said.variant} |`, '| --- |', ...variants.map((sheet) => `| ${titleOf(sheet)} |`)].join('\n'),
  ].join('\n\n')
}

/** A page with what is between its marks made anew. */
function renew(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const marked = new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`)
    expect(text).toMatch(marked)
    return text.replace(marked, () => `<!-- ${name} -->\n\n${block}\n\n<!-- /${name} -->`)
  }, page)
}

/** What stands in fences of a language. */
const fences = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text)

describe.each([
  ['grading.md', 'en'],
  ['grading.ru.md', 'ru'],
] as const)('docs/%s', (name, language) => {
  const file = path.join(DOCS, name)
  const page = readFileSync(file, 'utf8')

  test('lists the checks, the faults and the variants that there are', async () => {
    const blocks = { checks: await renderChecks(language), 'self-test': renderFaults(language) }
    await expect(renew(page, blocks)).toMatchFileSnapshot(file)
  })

  test('names every check beside a sentence of the assignment, or as the reason that none sees it', async () => {
    const checks = new Set((await checkRows(language)).map(({ id }) => id))
    const [, rest = ''] = page.split('<!-- /checks -->')
    const [table = ''] = rest.split('<!-- self-test -->')
    const rows = [...table.matchAll(/^\| (.+) \| (.+) \| (.+) \| (.*)\|$/gm)].slice(2)
    const named = new Set(rows.flatMap(([, , , seenBy = '']) => seenBy.match(/(?<=`)[a-z.*-]+/g) ?? []))
    // Those of one service alone are named as they are.
    const known = (id: string) => checks.has(id) || checks.has(id.replace(SERVICE, '*'))
    expect([...named].filter((id) => !known(id))).toEqual([])
    const isNamed = (id: string) =>
      [...named].some((each) => each === id || each.replace(SERVICE, '*') === id)
    expect([...checks].filter((id) => !isNamed(id))).toEqual([])
    const seenByNone = rows.filter(([, , , seenBy]) => seenBy === '—')
    expect(seenByNone.filter(([, , , , why = '']) => why.trim() === '')).toEqual([])
  })

  test('has command lines that msctl understands', async () => {
    const lines = [...fences(page, 'sh'), ...fences(page, 'yaml')]
      .flatMap((block) =>
        block
          .replace(/\\\n|>\n/g, ' ')
          .replace(/\n\s+--/g, ' --')
          .split('\n'),
      )
      .flatMap(
        (line) =>
          /(?:^|\s)(?:\.\/)?msctl ((?:verify|grade|report) .*)$/.exec(line.replace(/ &&.*/, ''))?.[1] ?? [],
      )
    expect(lines.length).toBeGreaterThan(5)
    for (const line of lines) {
      const called: unknown[] = []
      const { msctl } = createMenu({
        ...{ language, version: '0' },
        execute: async (_action, options) => void called.push(options),
      })
      const words = line
        .replaceAll(/\$\{\{.*?\}\}/g, '1')
        .replaceAll('$results', 'x')
        .trim()
        .split(/\s+/)
      await msctl.parseAsync(words, { from: 'user' })
      expect(called, line).toHaveLength(1)
    }
  })

  test('has scripts, workflows and files that can be read', () => {
    for (const script of fences(page, 'sh')) execFileSync('bash', ['-n'], { input: script })
    for (const workflow of fences(page, 'yaml')) expect(yaml.parse(workflow)).toBeTypeOf('object')
    for (const json of fences(page, 'json')) expect(JSON.parse(json)).toBeTypeOf('object')
  })

  test('has links that lead somewhere', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s-]/gu, '')
        .trim()
        .replaceAll(' ', '-')
    const headingsOf = (text: string) =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading))
    for (const [, target = ''] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('http')) continue
      const [to = '', heading] = target.split('#')
      const found = path.resolve(DOCS, to || name)
      expect(existsSync(found), target).toBe(true)
      if (heading !== undefined) expect(headingsOf(readFileSync(found, 'utf8'))).toContain(heading)
    }
  })
})
