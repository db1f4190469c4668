import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errors } from './explain.ts'
import { chooseLanguage, LANGUAGES, type Texts } from './language.ts'

const SOURCES = path.resolve(import.meta.dirname, '..')

/** All that msctl says, by the file that says it. */
const catalogues = new Map<string, Texts<unknown>>()
for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!/messages\.ts$|^messages\//.test(file) || file.includes('.test.')) continue
  const { messages } = (await import(path.join(SOURCES, file))) as { messages?: Texts<unknown> }
  if (messages !== undefined) catalogues.set(file.replace(/(\.messages|\/messages)?\.ts$/, ''), messages)
}

/** Every text of a catalogue by its path; a function is called with its own name for each argument it may read. */
function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node === 'function') return texts(node(facts(), 'x', 'y'), path)
  return Object.entries(node as object).flatMap(([key, value]) =>
    texts(value, path === '' ? key : `${path}.${key}`),
  )
}

/** Stands for the facts of any failure, and for any text or number. */
function facts(): unknown {
  const values: Record<string, unknown> = {
    log: ['a line'],
    tried: ['a file'],
    place: ['a line'],
    flags: ['--x'],
    errors: [{ path: 'a path', message: 'a fact' }],
    output: ['a line'],
    missing: ['a service'],
    shards: ['a folder'],
    candidates: ['a service'],
    known: ['a name'],
    fields: ['a name'],
  }
  const target = () => 'fact'
  return new Proxy(target, {
    get: (_target, key) => (typeof key === 'symbol' ? () => 'fact' : (values[key] ?? 'fact')),
  })
}

/** What is the same in every language: names, numbers, commands. */
const SAME = new Set([
  'commands/dashboard.language',
  'commands/status.columns.process',
  'messages/menu.exits.0.0',
  'messages/menu.exits.1.0',
  'messages/menu.exits.2.0',
  'messages/menu.exits.3.0',
  'messages/menu.exits.4.0',
  'messages/menu.exits.5.0',
  'commands/doctor.names.node',
  'commands/doctor.names.postgres',
  'commands/doctor.names.redis',
  'commands/doctor.names.psql',
  'commands/doctor.names.docker',
  'commands/scenario.noAnswer',
])

test('everything that is said in English is said in Russian, in Russian', () => {
  expect(catalogues.size).toBeGreaterThan(20)
  for (const [file, { en, ru }] of catalogues) {
    const english = new Map(texts(en, file))
    const russian = new Map(texts(ru, file))
    expect([...russian.keys()]).toEqual([...english.keys()])
    const untranslated = [...russian].filter(([place, text]) => {
      // The reason of a failure is often what another program said, and is passed on as it is, as bare facts are.
      const isFacts = file.endsWith('-errors') ? /fact/.test(text) : text === 'fact'
      const isPassedOn = isFacts && text === english.get(place)
      return !SAME.has(place) && !isPassedOn && !/[а-яё]/i.test(text)
    })
    expect(untranslated).toEqual([])
  }
})

test('each example of a command is explained', () => {
  for (const [file, { en, ru }] of catalogues) {
    const count = (messages: unknown) =>
      Object.entries((messages as { menu?: Record<string, { examples: unknown[] }> }).menu ?? {}).map(
        ([name, { examples }]) => [name, examples.length],
      )
    expect(count(ru), file).toEqual(count(en))
  }
})

test('each failure is told in three parts', () => {
  for (const language of LANGUAGES) {
    const explanations = Object.values(errors[language])
    expect(explanations.length).toBeGreaterThan(60)
    for (const explain of explanations)
      expect(Object.keys(explain?.(facts() as never) ?? {})).toEqual(['what', 'why', 'next'])
  }
})

describe('the language', () => {
  test.for([
    ['the locale', undefined, { LANG: 'ru_RU.UTF-8' }, 'ru'],
    ['LC_MESSAGES before LANG', undefined, { LC_MESSAGES: 'ru_RU', LANG: 'en_US' }, 'ru'],
    ['LC_ALL before both', undefined, { LC_ALL: 'C', LC_MESSAGES: 'ru_RU', LANG: 'ru_RU' }, 'en'],
    ['the setting before the locale', undefined, { MSCTL_LANG: 'ru', LANG: 'en_US' }, 'ru'],
    ['what is asked for before all', 'en', { MSCTL_LANG: 'ru', LANG: 'ru_RU' }, 'en'],
    ['no mistaking Rundi for Russian', undefined, { LANG: 'run_BI' }, 'en'],
    ['English for whatever else', undefined, {}, 'en'],
  ] as const)('follows %s', ([, asked, env, expected]) => {
    expect(chooseLanguage(asked, env)).toBe(expected)
  })
})
