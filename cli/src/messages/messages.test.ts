import { describe, expect, test } from 'vitest'
import { en } from './en.ts'
import { chooseLanguage, loadMessages } from './index.ts'
import { ru } from './ru.ts'

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
    shards: ['a folder'],
    candidates: ['a service'],
    known: ['a name'],
  }
  const target = () => 'fact'
  return new Proxy(target, {
    get: (_target, key) => (typeof key === 'symbol' ? () => 'fact' : (values[key] ?? 'fact')),
  })
}

/** What is the same in every language: names, numbers, commands. */
const SAME = new Set([
  'status.columns.process',
  'help.exits.0.0',
  'help.exits.1.0',
  'help.exits.2.0',
  'help.exits.3.0',
  'help.exits.4.0',
  'help.exits.5.0',
  'doctor.names.node',
  'doctor.names.postgres',
  'doctor.names.redis',
  'doctor.names.psql',
  'doctor.names.docker',
  'scenario.noAnswer',
  'progress.pausing',
])

test('everything that is said in English is said in Russian, in Russian', () => {
  const english = new Map(texts(en))
  const russian = new Map(texts(ru))
  expect([...russian.keys()]).toEqual([...english.keys()])
  const untranslated = [...russian].filter(([path, text]) => {
    // The reason of a failure is often what another program said, and is passed on as it is, as bare facts are.
    const isFacts = path.startsWith('errors.') ? /fact/.test(text) : text === 'fact'
    const isPassedOn = isFacts && text === english.get(path)
    return !SAME.has(path) && !isPassedOn && !/[а-яё]/i.test(text)
  })
  expect(untranslated).toEqual([])
})

test('each failure is told in three parts', () => {
  for (const messages of [en, ru]) {
    for (const explain of Object.values(messages.errors)) {
      expect(Object.keys(explain(facts() as never))).toEqual(['what', 'why', 'next'])
    }
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

  test('is loaded when it is needed', async () => {
    expect(await loadMessages('en')).toBe(en)
    expect(await loadMessages('ru')).toBe(ru)
  })
})
