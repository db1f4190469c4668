// What the page is, as a browser's parser reads it. How it looks, and that nothing leaves it, e2e/report-page.e2e.ts sees in one.
import { createHash } from 'node:crypto'
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, type ParserError, parse } from 'parse5'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../run/report.ts'
import { exampleReport } from '../example-report.ts'
import { complete, HOSTILE, randomReport } from '../sample-report.ts'
import { html } from './markup.ts'
import { renderHtml } from './page.ts'
import { SCRIPT } from './script.ts'

type Element = DefaultTreeAdapterTypes.Element

/** Every element of a page, and what its parser finds wrong with it. */
function read(page: string): { elements: Element[]; errors: string[] } {
  const errors: string[] = []
  const document = parse(page, { onParseError: ({ code }: ParserError) => void errors.push(code) })
  const elements: Element[] = []
  const visit = (node: DefaultTreeAdapterTypes.Node) => {
    if (defaultTreeAdapter.isElementNode(node)) elements.push(node)
    if ('childNodes' in node) node.childNodes.forEach(visit)
  }
  visit(document)
  return { elements, errors }
}

const attribute = (element: Element, name: string) => element.attrs.find((each) => each.name === name)?.value
const textOf = (node: DefaultTreeAdapterTypes.Node): string =>
  defaultTreeAdapter.isTextNode(node)
    ? node.value
    : 'childNodes' in node
      ? node.childNodes.map(textOf).join('')
      : ''

const REPORTS: readonly Report[] = [
  exampleReport('en'),
  exampleReport('ru'),
  ...Array.from({ length: 15 }, (_, seed) => randomReport(seed)),
]

describe('whatever is in a report', () => {
  const pages = REPORTS.map((report) => {
    const page = renderHtml(report)
    return { report, page, ...read(page) }
  })

  test('the page is HTML without an error', () => {
    for (const { errors } of pages) expect(errors).toEqual([])
  })

  test('nothing of it becomes mark-up, a script or an address', () => {
    for (const { elements } of pages) {
      const scripts = elements.filter(({ tagName }) => tagName === 'script')
      expect(scripts.map(textOf)).toEqual([SCRIPT])
      const attributes = elements.flatMap(({ attrs }) => attrs)
      expect(attributes.filter(({ name }) => name.startsWith('on') || name === 'style')).toEqual([])
      const addresses = attributes.filter(({ name }) =>
        ['src', 'href', 'action', 'srcset', 'data'].includes(name),
      )
      expect(addresses.filter(({ value }) => !/^(#|data:,$)/.test(value))).toEqual([])
      expect(
        elements.filter(({ tagName }) => ['img', 'iframe', 'object', 'form', 'base'].includes(tagName)),
      ).toEqual([])
    }
  })

  test('links within the page lead somewhere, and no id is there twice', () => {
    for (const { report, elements } of pages) {
      const ids = elements.flatMap((element) => attribute(element, 'id') ?? [])
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
      const links = elements
        .flatMap((element) => attribute(element, 'href') ?? [])
        .filter((href) => href.startsWith('#'))
      expect(links.filter((href) => !ids.includes(href.slice(1)))).toEqual([])
      for (const { id } of report.checks) expect(ids, id).toContain(`check-${id}`)
    }
  })

  test('the score is that of the report', () => {
    for (const { report, elements } of pages) {
      const score = elements.find((element) => attribute(element, 'class') === 'score')
      expect(score && textOf(score).match(/\d+/g)?.map(Number)).toEqual([report.score, report.assessable])
    }
  })

  test('long texts do not make the page long', () => {
    for (const { page } of pages) expect(page.length).toBeLessThan(1_500_000)
  })
})

test('only our own script and styles may run, and nothing may be loaded', () => {
  const page = renderHtml(exampleReport('en'))
  const { elements } = read(page)
  const policy = elements.find((element) => attribute(element, 'http-equiv') === 'Content-Security-Policy')
  const digest = (name: string) => {
    const text = elements.filter(({ tagName }) => tagName === name).map(textOf)
    expect(text).toHaveLength(1)
    return createHash('sha256')
      .update(text[0] ?? '')
      .digest('base64')
  }
  expect(policy && attribute(policy, 'content')?.split('; ')).toEqual([
    "default-src 'none'",
    `style-src 'sha256-${digest('style')}'`,
    `script-src 'sha256-${digest('script')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ])
})

test('a failed check is told in full, in the language of the report', () => {
  for (const [language, said] of [
    ['en', ['Seen', 'The e-mail had become null.', 'Hint', 'See it for yourself']],
    ['ru', ['Получено', 'E-mail стал null.', 'Подсказка', 'Увидеть самому']],
  ] as const) {
    const { elements } = read(renderHtml(exampleReport(language)))
    expect(attribute(elements[0] as Element, 'lang')).toBe(language)
    const finding = elements.find(({ tagName }) => tagName === 'article')
    const text = textOf(finding as Element)
    for (const each of [
      ...said,
      'correctness.users.partial-update',
      'PUT /users/42 200',
      'curl -s -X PUT "$URL/users/$id"',
    ]) {
      expect(text).toContain(each)
    }
  }
})

test('what fails only along with another check is a line, and what was in the way is said once', () => {
  const { checks, advice, timeline, run } = exampleReport('en')
  const lost = { expected: '', actual: 'The target vanished.', rationale: '', hint: '' }
  const changed = checks.map((check, index) => {
    if (check.id === 'correctness.users.delete')
      return {
        ...check,
        status: 'fail' as const,
        points: 0,
        because: 'correctness.users.create',
        cause: lost,
      }
    return index > 8 ? { ...check, status: 'error' as const, points: 0, cause: lost } : check
  })
  const page = renderHtml(complete({ checks: changed, advice, timeline, run }))
  const { elements } = read(page)
  const findings = elements.filter(({ tagName }) => tagName === 'article').map(textOf)
  expect(findings.filter((text) => text.includes('The target vanished.'))).toHaveLength(1)
  expect(page).toContain('Failed along with another check (1)')
  expect(page).toContain('No verdict')
})

describe('the timeline', () => {
  const { checks, advice, run } = exampleReport('en')
  const pageOf = (timeline: Report['timeline']) => renderHtml(complete({ checks, advice, timeline, run }))

  test('is left out when nothing was noted', () => {
    expect(pageOf([])).not.toContain('<svg class="timeline"')
  })

  test('shows a circuit state from when it was seen until the next one, however it is spelled', () => {
    const circuit = (at: number, state: string) => ({ type: 'circuit' as const, at, service: 'users', state })
    const page = pageOf([
      circuit(0, 'closed'),
      circuit(10_000, 'Open'),
      circuit(20_000, 'Open'),
      circuit(40_000, 'half-open'),
    ])
    const bands = [
      ...page.matchAll(/<rect class="(closed|open|half-open)" x="([\d.]+)"[^>]*? width="([\d.]+)"/g),
    ]
    expect(bands.map(([, kind, x, width]) => [kind, Number(x), Number(width)])).toEqual([
      ['closed', 96, 124.9],
      ['open', 220.9, 374.8],
      ['half-open', 595.7, 392.3],
    ])
  })

  test('stays small with very many requests', () => {
    const requests = Array.from({ length: 20_000 }, (_, index) => ({
      type: 'request' as const,
      at: index * 3.5,
      durationMs: 2,
      service: 'payments',
      label: 'POST /payments',
      status: index % 50 === 0 ? null : 201,
    }))
    expect(pageOf(requests).length - pageOf([]).length).toBeLessThan(60_000)
  })
})

test('text stays text in content and in attributes', () => {
  for (const text of HOSTILE) {
    const { elements } = read(`<!doctype html>${html`<p title="${text}">${text}</p>`.html}`)
    const found = elements.filter(({ tagName }) => tagName === 'p')
    expect(found).toHaveLength(1)
    expect(textOf(found[0] as Element)).toBe(attribute(found[0] as Element, 'title'))
  }
})
