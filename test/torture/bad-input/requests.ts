// Requests that follow /openapi.json, and then do not: each part of them may be odd.
import fc from 'fast-check'

/** A request that is well-formed HTTP, whatever it asks. */
export interface OddRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
}

/** As much of an OpenAPI document as is read here. */
export interface Document {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
  components: { schemas: Record<string, Schema> }
}

interface Schema {
  $ref?: string
  type?: string
  enum?: readonly unknown[]
  properties?: Record<string, Schema>
  required?: readonly string[]
}

const METHODS = { get: 'GET', post: 'POST', put: 'PUT', delete: 'DELETE' } as const

/** Requests to every route of the document, at times in a method or at a path that it does not have. */
export function oddRequests(document: Document): fc.Arbitrary<OddRequest> {
  const routes = Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.keys(METHODS).map((method) => ({
      template,
      method: METHODS[method as keyof typeof METHODS],
      schema: bodySchema(document, operations[method]?.requestBody),
    })),
  )
  const known = routes.filter(({ template, method }) => document.paths[template]?.[method.toLowerCase()])
  const route = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...routes) },
  )
  return route.chain(({ template, method, schema }) =>
    fc.record({
      method: fc.constant(method),
      path: pathOf(template),
      headers: fc.oneof({ weight: 3, arbitrary: usualHeaders }, oddHeaders),
      body: method === 'GET' || method === 'DELETE' ? rarely(bodyOf(schema)) : bodyOf(schema),
    }),
  )
}

function bodySchema(document: Document, body?: { content: Record<string, { schema: Schema }> }): Schema {
  const { schema } = Object.values(body?.content ?? {})[0] ?? {}
  const name = schema?.$ref?.split('/').at(-1) ?? ''
  return document.components.schemas[name] ?? schema ?? {}
}

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

// --- Paths

const NUMBERS = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '007',
  '+1',
  '2147483647',
  '2147483648',
  '9'.repeat(40),
  'NaN',
  '0x1',
  '1_000',
]
const SEGMENTS = [
  '%00',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%c0%af',
  '%25%32%65',
  '%',
  '%zz',
  '%F0%9F%A6%94',
  "1'--",
  '1;x=1',
  '*',
  'null',
]

const existing = fc.integer({ min: 1, max: 20 }).map(String)
const anId = fc.oneof(
  { weight: 3, arbitrary: existing },
  fc.constantFrom(...NUMBERS, ...SEGMENTS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map(encode),
  fc.integer({ min: 100, max: 4000 }).map((length) => 'a'.repeat(length)),
)
const QUERY_NAMES = ['limit', 'after', 'userId', 'order_id', '__proto__', 'limit[]', 'a.b', '']
const QUERY_VALUES = ['', '1', '1000', '1001', ...NUMBERS, ...SEGMENTS, 'a'.repeat(3000)]
const aQuery = fc
  .array(fc.tuple(fc.constantFrom(...QUERY_NAMES), fc.constantFrom(...QUERY_VALUES)), { maxLength: 3 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value.replaceAll(/[^\x21-\x7e]/g, '')}`).join('&'))

const anEnd = fc.constantFrom('/', '//', '/../..', '/1/2/3', '%20', '.json')

/** A path of the template, with an odd end at times. */
const pathOf = (template: string): fc.Arbitrary<string> =>
  fc
    .tuple(anId, rarely(aQuery), rarely(anEnd))
    .map(
      ([id, query, end = '']) =>
        `${template.replace('{id}', id)}${end}${query === undefined ? '' : `?${query}`}`,
    )

/** Lone surrogates have no percent-encoding. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

// --- Headers

const usualHeaders = fc.constant({ 'content-type': 'application/json' })
const MEDIA_TYPES = [
  'application/json; charset=utf-16',
  'application/json;',
  'APPLICATION/JSON',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/merge-patch+json',
  'nonsense',
]
const aToken = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~!#$%&*+'), minLength: 1, maxLength: 300 })
const HEADERS: Record<string, fc.Arbitrary<string>> = {
  'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'x'),
  'idempotency-key': fc.oneof(aToken, fc.constantFrom('"', '\u00ff', 'a'.repeat(256))),
  'x-request-id': fc.oneof(aToken, fc.constantFrom('{{7*7}}', '<script>', '\u00e9')),
  traceparent: fc.constantFrom('00-0-0-00', `ff-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 'x'.repeat(5000)),
  accept: fc.constantFrom('text/html', '*/*;q=0', 'x'),
  range: fc.constantFrom('bytes=0-1', 'bytes=-1', 'items=5-1'),
  'if-none-match': fc.constantFrom('*', '"x"'),
  'x-forwarded-for': fc.constantFrom('127.0.0.1', '::1, x', 'a'.repeat(2000)),
  'x-forwarded-host': fc.constantFrom('evil.example', '../..'),
  'x-http-method-override': fc.constantFrom('DELETE', 'PUT'),
  cookie: fc.integer({ min: 1, max: 8000 }).map((length) => `a=${'b'.repeat(length)}`),
  connection: fc.constantFrom('close', 'keep-alive'),
}
const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.record(
  { 'content-type': fc.constantFrom('application/json', ...MEDIA_TYPES), ...HEADERS },
  { requiredKeys: [] },
)

// --- Bodies

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    2 ** 31,
    2 ** 53,
    '',
    ' ',
    '1',
    'a'.repeat(300),
    'a@b.c',
    '\u0000',
    '\ud800',
  ],
  ...[
    'Ёжик 🦔 東京',
    "'; DROP TABLE users; --",
    '{{7*7}}',
    '../../etc/passwd',
    [],
    {},
    [[]],
    { a: { b: {} } },
  ],
]
const aValue = fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue({ maxDepth: 3 }))
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'id',
  'created_at',
  'status',
  '',
  'a\u0000b',
  'é',
]

/** A body for this schema, as text: valid at times, with odd fields at others, and no JSON at all. */
function bodyOf({ properties = {} }: Schema): fc.Arbitrary<Buffer> {
  const valid = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, fieldOf(each)])),
    {
      requiredKeys: [],
    },
  )
  const odd = fc
    .tuple(
      valid,
      fc.dictionary(fc.constantFrom(...Object.keys(properties), ...NAMES), aValue, { maxKeys: 4 }),
    )
    .map(([fields, others]) => ({ ...fields, ...others }))
  const object = fc.oneof(valid, odd)
  return fc.oneof(
    { weight: 4, arbitrary: object.map((value) => Buffer.from(JSON.stringify(value))) },
    aValue.map((value) => Buffer.from(JSON.stringify(value))),
    fc
      .tuple(object, fc.nat(), fc.constantFrom(...MUTATIONS))
      .map(([value, at, mutate]) => mutate(JSON.stringify(value), at)),
  )
}

const fieldOf = ({ type, enum: choices }: Schema): fc.Arbitrary<unknown> => {
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (type === 'integer' || type === 'number') return fc.integer({ min: 1, max: 1000 })
  return fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.uuid().map((id) => `${id}@example.com`),
  )
}

/** What may become of a text on its way. */
const MUTATIONS: readonly ((text: string, at: number) => Buffer)[] = [
  (text, at) => Buffer.from(text.slice(0, at % (text.length + 1))),
  (text, at) => {
    const bytes = Buffer.from(text)
    if (bytes.length > 0) bytes[at % bytes.length] = at % 256
    return bytes
  },
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.from(`${text}${text}`),
  (text) => Buffer.from(text.replace('{', '{"name":"first","name":"second","__proto__":{"isAdmin":true},')),
  (text) => Buffer.from(text.replaceAll(/\d+/g, '1e400')),
  (_text, at) => Buffer.from('['.repeat(1 + (at % 30_000))),
  (_text, at) => Buffer.from(`${'{"a":'.repeat(1 + (at % 5000))}1${'}'.repeat(1 + (at % 5000))}`),
  (_text, at) => Buffer.alloc(at % 100_000, 0x20),
  (_text, at) => Buffer.from(JSON.stringify({ name: 'n'.repeat(at % 70_000), email: 'a@example.com' })),
  () => Buffer.from('{"email":"\\ud800@example.com","name":"\\u0000"}'),
]
