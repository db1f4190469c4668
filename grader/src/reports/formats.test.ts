// Every format, over reports of every kind: each is valid by its consumer's own rules, and all say the same.
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import * as yaml from 'yaml'
import * as z from 'zod/mini'
import type { CheckStatus, Report } from '../run/report.ts'
import { exampleReport } from './example-report.ts'
import { isReportFormat, parseReportRequest, REPORT_FORMATS } from './formats.ts'
import { renderReport } from './render-report.ts'
import { reportSchema } from './report-schema.ts'
import { randomReport } from './sample-report.ts'

const REPORTS: readonly Report[] = [
  exampleReport('en'),
  exampleReport('ru'),
  ...Array.from({ length: 40 }, (_, seed) => randomReport(seed)),
]
const count = (report: Report, status: CheckStatus) =>
  report.checks.filter((check) => check.status === status).length
const isJudged = ({ status }: { status: CheckStatus }) => status === 'pass' || status === 'fail'
const add = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0)

test('the reports that this is tried on are of every kind', () => {
  const statuses = new Set(REPORTS.flatMap(({ checks }) => checks.map(({ status }) => status)))
  expect([...statuses].sort()).toEqual(['error', 'fail', 'not-assessed', 'pass'])
  expect(new Set(REPORTS.map(({ passed }) => passed)).size).toBe(2)
  expect(REPORTS.some(({ run }) => !run.complete)).toBe(true)
  expect(REPORTS.some(({ assessable, maxScore }) => assessable < maxScore)).toBe(true)
  expect(REPORTS.some((report) => JSON.stringify(report).length > 500_000)).toBe(true)
})

test('json is the report itself, by the published schema', async () => {
  const file = path.resolve(import.meta.dirname, '../../../cli/schemas/report-v1.schema.json')
  await expect(`${JSON.stringify(reportSchema(), null, 2)}\n`).toMatchFileSnapshot(file)
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(reportSchema())
  for (const report of REPORTS) {
    const read = JSON.parse(renderReport('json', report, {}))
    expect(read).toEqual(report)
    expect(validate(read), JSON.stringify(validate.errors)).toBe(true)
  }
  expect(validate({ ...exampleReport('en'), score: 'many' })).toBe(false)
})

/** What junit-10.xsd of Jenkins' xunit plugin allows, as far as we use it; GitLab reads the same. */
const JUNIT_XSD = `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="seconds"><xs:restriction base="xs:string"><xs:pattern value="[0-9]+\\.[0-9]{3}"/></xs:restriction></xs:simpleType>
  <xs:complexType name="told" mixed="true"><xs:attribute name="type" type="xs:string" use="required"/><xs:attribute name="message" type="xs:string" use="required"/></xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string"/><xs:attribute name="time" type="seconds"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger"/><xs:attribute name="failures" type="xs:nonNegativeInteger"/><xs:attribute name="errors" type="xs:nonNegativeInteger"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="properties"/><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="timestamp" type="xs:dateTime"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/><xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/><xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
  </xs:complexType></xs:element>
  <xs:element name="properties"><xs:complexType><xs:sequence><xs:element name="property" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
    <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="value" type="xs:string" use="required"/>
  </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="testcase"><xs:complexType>
    <xs:choice minOccurs="0"><xs:element name="skipped" type="told"/><xs:element name="error" type="told"/><xs:element name="failure" type="told"/></xs:choice>
    <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="classname" type="xs:string"/>
  </xs:complexType></xs:element>
</xs:schema>`

test('junit is valid for Jenkins and GitLab, a suite a criterion and a case a check', async () => {
  const files = REPORTS.map((report, index) => ({
    fileName: `${index}.xml`,
    contents: renderReport('junit', report, {}),
  }))
  const { valid, errors } = await validateXML({
    xml: files,
    schema: JUNIT_XSD,
    disableFileNameValidation: true,
  })
  expect({ valid, errors: errors.slice(0, 3) }).toEqual({ valid: true, errors: [] })
  for (const [index, report] of REPORTS.entries()) {
    const xml = files[index]?.contents ?? ''
    const times = (pattern: RegExp) => [...xml.matchAll(pattern)]
    const sum = (pattern: RegExp) => add(times(pattern).map(([, value]) => Number(value)))
    expect({
      suites: times(/<testsuite /g).length,
      tests: times(/<testcase /g).length,
      failures: times(/<failure /g).length,
      errors: times(/<error /g).length,
      skipped: times(/<skipped /g).length,
      score: sum(/<property name="score" value="(\d+)"/g),
      assessable: sum(/<property name="assessable" value="(\d+)"/g),
    }).toEqual({
      suites: report.criteria.length,
      tests: report.checks.length,
      failures: count(report, 'fail'),
      errors: count(report, 'error'),
      skipped: count(report, 'not-assessed'),
      score: report.score,
      assessable: report.assessable,
    })
    const [, tests, failures, errors] =
      /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml) ?? []
    expect([tests, failures, errors].map(Number)).toEqual([
      report.checks.length,
      count(report, 'fail'),
      count(report, 'error'),
    ])
  }
})

test('tap is version 14: as many test points as planned, YAML that can be read, nothing skipped but what was', () => {
  for (const report of REPORTS) {
    const lines = renderReport('tap', report, {}).trimEnd().split('\n')
    expect(lines[0]).toBe('TAP version 14')
    expect(lines[1]).toMatch(
      report.checks.length === 0 ? /^1\.\.0 # / : new RegExp(`^1\\.\\.${report.checks.length}$`),
    )
    const points = readTap(lines.slice(2))
    expect(points.map(({ number }) => number)).toEqual(report.checks.map((_, index) => index + 1))
    expect(points.map(({ status }) => status)).toEqual(report.checks.map(({ status }) => status))
    expect(points.map(({ description }) => description.split(': ')[0])).toEqual(
      report.checks.map(({ id }) => id),
    )
    const failed = points.flatMap(({ data }) => (data === undefined ? [] : [z.parse(TapData, data)]))
    expect(failed).toHaveLength(count(report, 'fail') + count(report, 'error'))
    expect(lines.some((line) => line.startsWith('Bail out!'))).toBe(!report.run.complete)
  }
})

const TapData = z.strictObject({
  message: z.string(),
  severity: z.enum(['fail', 'error']),
  id: z.string(),
  points: z.int(),
  maxPoints: z.int(),
})

/** As the grammar of the specification has it: a line of any other kind is an error. */
function readTap(lines: readonly string[]) {
  const points: { number: number; status: CheckStatus; description: string; data?: unknown }[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const last = points.at(-1)
    if (line === '  ---' && last !== undefined) {
      const end = lines.indexOf('  ...', index)
      last.data = yaml.parse(lines.slice(index + 1, end).join('\n'))
      if ((last.data as { severity?: string }).severity === 'error') last.status = 'error'
      index = end
      continue
    }
    const [, not, number, description = '', skip] =
      /^(not )?ok (\d+) - ((?:\\[\\#]|[^\\#])*?)( # SKIP.*)?$/.exec(line) ?? []
    if (number !== undefined) {
      const status = skip !== undefined ? 'not-assessed' : not === undefined ? 'pass' : 'fail'
      points.push({ number: Number(number), status, description })
    } else expect(line).toMatch(/^(# |Bail out! )/)
  }
  return points
}

test('github is workflow commands alone, no more of a kind than are shown', () => {
  for (const report of REPORTS) {
    const lines = renderReport('github', report, {}).trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]+$/)
    const kind = (name: string) => lines.filter((line) => line.startsWith(`::${name} `)).length
    expect(kind('error')).toBe(Math.min(count(report, 'fail'), 10))
    const wrong = report.checks.filter(({ status }) => status === 'error')
    const reasons = new Set(wrong.map(({ cause }) => `${cause?.actual} ${cause?.hint}`.trim()))
    expect(kind('warning')).toBe(Math.min(reasons.size, 10))
    expect(kind('notice')).toBeLessThanOrEqual(2)
    expect(saysScore(lines.find((line) => line.includes('msctl verify')) ?? '', report)).toBe(true)
  }
})

const Visibility = z.enum(['hidden', 'after_due_date', 'after_published', 'visible'])
const Format = z.enum(['text', 'html', 'simple_format', 'md', 'ansi'])
/** https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format */
const Gradescope = z.strictObject({
  score: z.number(),
  execution_time: z.number(),
  output: z.string(),
  output_format: Format,
  test_output_format: Format,
  test_name_format: Format,
  visibility: Visibility,
  stdout_visibility: Visibility,
  extra_data: z.record(z.string(), z.unknown()),
  tests: z.array(
    z.strictObject({
      score: z.optional(z.number()),
      max_score: z.optional(z.number()),
      status: z.optional(z.enum(['passed', 'failed'])),
      name: z.string(),
      number: z.string(),
      output: z.optional(z.string()),
      tags: z.array(z.string()),
      visibility: Visibility,
      extra_data: z.record(z.string(), z.unknown()),
    }),
  ),
})

test('gradescope gives points for what could be judged, and takes none for the rest', () => {
  for (const report of REPORTS) {
    const { score, tests, output } = z.parse(Gradescope, JSON.parse(renderReport('gradescope', report, {})))
    expect(score).toBe(report.score)
    expect(add(tests.map((each) => each.score ?? 0))).toBe(report.score)
    expect(add(tests.map((each) => each.max_score ?? 0))).toBe(report.assessable)
    expect(tests.filter(({ status }) => status === 'passed')).toHaveLength(count(report, 'pass'))
    expect(tests.filter(({ status }) => status === 'failed')).toHaveLength(count(report, 'fail'))
    expect(new Set(tests.map(({ number }) => number)).size).toBe(tests.length)
    expect(saysScore(output, report)).toBe(true)
  }
})

const NotEmpty = z.string().check(z.minLength(1))
/** https://github.com/foundation50/classroom50/wiki/Advanced-Autograding: the `result.json` contract. */
const Classroom50 = z.strictObject({
  schema: z.literal('classroom50/result/v1'),
  classroom: NotEmpty,
  assignment: NotEmpty,
  submission: NotEmpty,
  commit: NotEmpty,
  release: NotEmpty,
  review: NotEmpty,
  datetime: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
  score: z.int(),
  'max-score': z.int(),
  // Fields of our own are kept as they are.
  tests: z.array(
    z.looseObject({ 'test-name': NotEmpty, passed: z.boolean(), score: z.int(), 'max-score': z.int() }),
  ),
})

test('classroom50 adds up, and says whose submission it is as its runner told', () => {
  for (const report of REPORTS) {
    const result = z.parse(Classroom50, JSON.parse(renderReport('classroom50', report, {})))
    expect([result.score, result['max-score']]).toEqual([report.score, report.assessable])
    expect(add(result.tests.map(({ score }) => score))).toBe(report.score)
    expect(add(result.tests.map((each) => each['max-score']))).toBe(report.assessable)
    expect(result.tests.filter(({ passed }) => passed)).toHaveLength(count(report, 'pass'))
  }
  const env = {
    CLASSROOM: 'micro-2026',
    ASSIGNMENT: 'task-3',
    SUBMISSION_TAG: 'submit/1',
    COMMIT_URL: 'https://example.com/commit/1',
    RELEASE_URL: 'https://example.com/releases/1',
  }
  expect(JSON.parse(renderReport('classroom50', exampleReport('en'), env))).toMatchObject({
    classroom: 'micro-2026',
    assignment: 'task-3',
    submission: 'submit/1',
    commit: 'https://example.com/commit/1',
    release: 'https://example.com/releases/1',
    review: 'https://example.com/commit/1',
  })
})

const ExercismStatus = z.enum(['pass', 'fail', 'error'])
const Message = z.string().check(z.refine((text) => Buffer.byteLength(text) <= 65_535))
/** https://exercism.org/docs/building/tooling/test-runners/interface, version 3. */
const Exercism = z.strictObject({
  version: z.literal(3),
  status: ExercismStatus,
  message: z.nullable(Message),
  tests: z.array(
    z.strictObject({
      name: NotEmpty,
      status: ExercismStatus,
      message: z.nullable(Message),
      test_code: z.optional(Message),
      task_id: z.int().check(z.positive()),
    }),
  ),
})

test('exercism passes only what passed, and explains an error', () => {
  for (const report of REPORTS) {
    const { status, message, tests } = z.parse(Exercism, JSON.parse(renderReport('exercism', report, {})))
    for (const each of ['pass', 'fail', 'error'] as const) {
      expect(tests.filter((one) => one.status === each)).toHaveLength(count(report, each))
    }
    const isError = report.checks.filter(isJudged).length === 0
    expect(status).toBe(isError ? 'error' : tests.every((each) => each.status === 'pass') ? 'pass' : 'fail')
    expect(message !== null).toBe(status === 'error')
  }
})

test('markdown has a row a criterion, says the score, and lets no text become mark-up', () => {
  for (const report of REPORTS) {
    const markdown = renderReport('markdown', report, {})
    expect(saysScore(markdown, report)).toBe(true)
    expect(markdown.length).toBeLessThan(450_000)
    const prose = outsideFences(markdown)
    // The only HTML is ours.
    expect(new Set(prose.match(/<[^>\s]*/g))).toEqual(new Set(prose.match(/<\/?(br|details|summary|sub)\b/g)))
    const rows = prose.split('\n').filter((line) => line.startsWith('|'))
    expect(rows).toHaveLength(report.criteria.length + 2)
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5)
    expect(prose).not.toMatch(/(?<!\\)\]\(/)
  }
})

/** What is not within a fence; fails where one is not closed. */
function outsideFences(markdown: string): string {
  const outside: string[] = []
  let open: string | undefined
  for (const line of markdown.split('\n')) {
    const [, marks] = /^(`{3,})/.exec(line) ?? []
    if (open !== undefined) {
      if (line === open) open = undefined
    } else if (marks !== undefined) open = marks
    else outside.push(line)
  }
  expect(open).toBeUndefined()
  return outside.join('\n')
}

/** "72 of 78 points", in either language. */
function saysScore(text: string, { score, assessable }: Report): boolean {
  return new RegExp(`\\b${score} (of|из) ${assessable}(?!\\d)`).test(text)
}

test('no format holds half a character, or a control character', () => {
  for (const report of REPORTS) {
    for (const format of REPORT_FORMATS.filter((each) => each !== 'json')) {
      const text = renderReport(format, report, {})
      expect(text.isWellFormed(), format).toBe(true)
      expect(text.match(/(?![\t\n])\p{Cc}|\p{Bidi_Control}/u), format).toBeNull()
    }
  }
})

test('a request for a report is FORMAT=FILE', () => {
  expect(parseReportRequest('html=out=1.html')).toEqual({ format: 'html', file: 'out=1.html' })
  expect(parseReportRequest('github=-')).toEqual({ format: 'github', file: '-' })
  for (const wrong of ['html', 'html=', '=out.html', 'pdf=out.pdf', 'toString=x', '']) {
    expect(parseReportRequest(wrong), wrong).toBeUndefined()
  }
  expect(isReportFormat('constructor')).toBe(false)
})
