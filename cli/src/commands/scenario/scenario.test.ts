import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { EXIT } from '@msctl/grader/exit'
import { labPlatformOf } from '@msctl/grader/testing/lab-platform-of'
import { startTestPlatform } from '@msctl/grader/testing/start-test-platform'
import { defineSheet, type Language, type ScenarioEvent } from '@msctl/scenarios'
import { openJournalAt } from '@msctl/scenarios/journal'
import { loadSheet } from '@msctl/scenarios/load-sheet'
import { type LabSheet, runLab } from '@msctl/scenarios/run-lab'
import { scenarioTemplate } from '@msctl/scenarios/sheet-template'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Context } from '../../context.ts'
import { renderingOn } from '../../testing/rendering.ts'
import { renderScenarioEvent } from './print.ts'
import { replay, scenario } from './scenario.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-scenario-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const rendering = (language: Language = 'en', columns = 80) => renderingOn({ isTTY: true, columns }, language)

/** What is on the screen in the end. */
const screenOf = (events: readonly ScenarioEvent[], context = rendering()): string =>
  events
    .map((event) => renderScenarioEvent({ event }, context).result)
    .filter((text) => text !== '')
    .join('\n')

/** One of each event; the clock goes on by a second each. */
const sheet = defineSheet<unknown, object>({
  name: 'sample',
  title: { en: 'A sample', ru: 'Пример' },
  question: { en: 'Does it work?', ru: 'Работает ли это?' },
  idea: { en: 'Words.\n\n    a ──▶ b', ru: 'Слова.\n\n    а ──▶ б' },
  parameters: { tries: { value: 5, reason: { en: 'enough for anybody', ru: 'хватит каждому' } } },
  expectations: {
    good: { title: { en: 'the good is good', ru: 'хорошее хорошо' }, why: { en: 'Good.', ru: 'Хорошо.' } },
    bad: {
      title: { en: 'the bad is good', ru: 'плохое хорошо' },
      why: { en: 'Else not.', ru: 'Иначе нет.' },
    },
  },
  state: () => ({}),
  steadyState: [{ title: { en: 'Is it up?', ru: 'Работает?' }, run: async () => undefined }],
  steps: [
    {
      title: { en: 'Look at a circuit.', ru: 'Смотрим на предохранитель.' },
      run: async (lab) => {
        lab.cleanUp({ en: 'Sweep', ru: 'Подмести' }, async () => undefined)
        lab.report({ type: 'request', method: 'GET', path: '/users/1', status: 502, durationMs: 1.23 })
        lab.report({ type: 'circuit', service: 'users', status: 'OPEN', failureCount: 5, retryInSeconds: 30 })
        lab.say('> GET user:1\n(nil)')
        lab.measure('time', { en: 'time', ru: 'время' }, 1.5, 'ms')
        lab.expect('good', { held: true, expected: '1', actual: '1' })
        lab.expect('bad', { held: false, expected: '1', actual: '2' })
      },
    },
  ],
}) as unknown as LabSheet

async function record(language: 'en' | 'ru'): Promise<ScenarioEvent[]> {
  const events: ScenarioEvent[] = []
  let now = 1_795_380_000_000
  const platform = { url: 'http://127.0.0.1:1' } as Parameters<typeof runLab>[1]['platform']
  await runLab(sheet, {
    platform,
    language,
    onEvent: (event) => events.push(event),
    now: () => (now += 1000),
  })
  return events
}

test('a run is told like this', async () => {
  expect(screenOf(await record('en'))).toBe(`
A sample
Does it work?

Words.

    a ──▶ b

With
  tries = 5  enough for anybody

Before we begin
   · Is it up?

1. Look at a circuit.
   GET    /users/1                     502    1.2 ms
          users:  CLOSED  [OPEN]  HALF_OPEN   failures: 5, trial in 30.0 s
   > GET user:1
   (nil)
   ≈ time: 1.50 ms
   ✓ the good is good
     1
   ✗ the bad is good
     expected    1
     seen        2
     it matters  Else not.

Putting everything back
   · Sweep

✗ Not everything was as expected: 1 of 2 expectations held; not held: bad.
14.0\u00a0s`)
})

test('and so in Russian', async () => {
  const screen = screenOf(await record('ru'), rendering('ru'))
  expect(screen).toContain('1. Смотрим на предохранитель.')
  expect(screen).toContain('     ожидали    1\n     увидели    2\n     это важно  Иначе нет.')
})

test('amounts have the units of the language', async () => {
  const request = { type: 'request', method: 'GET', path: '/users/1', status: 200, durationMs: 1.23 } as const
  const told = { at: 0, scenario: 'sample' }
  const events = [
    { ...told, ...request },
    { ...told, type: 'measured', name: 'time', label: 'время', value: 1.5, unit: 'ms' } as const,
    { ...told, type: 'waited', for: 'проба', tookMs: 61_000, cameTrue: true } as const,
  ]
  const screen = screenOf(events, rendering('ru'))
  expect(screen).toContain('1,2 мс')
  expect(screen).toContain('≈ время: 1,50 мс')
  expect(screen).toContain('проба: через 1 мин 1 с')
})

test('JSON that is longer than a line is cut between its fields', async () => {
  const text = `> GET user:1\n{"id":1,"email":"ann@example.com","created_at":"2026-01-31T12:00:00.123Z"}`
  const event = { at: 0, scenario: 'sample', type: 'said', text } as const
  expect(screenOf([event], rendering('en', 60))).toBe(
    [
      '   > GET user:1',
      '   {"id":1,"email":"ann@example.com",',
      '   "created_at":"2026-01-31T12:00:00.123Z"}',
    ].join('\n'),
  )
})

test('nothing that is told goes beyond the terminal', async () => {
  const screen = screenOf(await record('en'), rendering('en', 60))
  // Lines of a table keep together.
  const long = screen.split('\n').filter((line) => line.length > 60 && !line.includes('HALF_OPEN'))
  expect(long).toEqual([])
})

test('what could not be shown has a mark of its own, and a mistake its place', () => {
  const told = { at: 0, scenario: 'sample' }
  const failure = { ...told, type: 'failure', phase: 'steps', step: 'Look.' } as const
  expect(
    screenOf([
      { ...told, type: 'left-open', id: 'good', title: 'the good is good', reason: 'Too busy.' },
      { ...failure, code: 'deadline', message: 'Not seen within 1 s: it' },
      { ...failure, code: 'unexpected', message: 'No name.', place: 'mine.ts:3' },
      { ...told, type: 'end', outcome: 'inconclusive', tookMs: 1_000, held: 1, notHeld: [], open: ['good'] },
    ]),
  ).toBe(`   ? the good is good: Too busy.
   ? Look. Not seen within 1 s: it
   ✗ Look. No name. (mine.ts:3)

? Not everything could be shown this time, and nothing was refuted: 1 of 2
expectations held; not shown: good. 1.0\u00a0s`)
})

test('a journal replays to the same screen', async () => {
  const file = path.join(await makeFolder(), 'run.ndjson')
  const journal = openJournalAt(file)
  const events = await record('en')
  for (const event of events) journal.add(event)
  const replayed: ScenarioEvent[] = []
  const context = {
    rendering: renderingOn(),
    signal: new AbortController().signal,
    onEvent: () => undefined,
  } as unknown as Context
  for await (const { event } of replay.run({ file }, context)) replayed.push(event)
  expect(replayed).toEqual(events)
  expect(screenOf(replayed)).toBe(screenOf(events))
})

test.each([
  ['held', EXIT.done],
  ['not-held', EXIT.failed],
  ['inconclusive', EXIT.environment],
  ['failed', EXIT.failed],
  ['not-ready', EXIT.unreachable],
] as const)('a run that ends %s exits with %d', async (outcome, code) => {
  const end = (await record('en')).at(-1) as ScenarioEvent & { type: 'end' }
  expect(scenario.exitCode?.({ event: { ...end, outcome } }, { name: '' })).toBe(code)
})

describe('somebody’s own scenario', () => {
  test.each([
    ['mine.ts', true, 'en'],
    ['mine.mjs', false, 'ru'],
  ] as const)('written as %s runs as it is', { timeout: 60_000 }, async (name, isTyped, language) => {
    const file = path.join(await makeFolder(), name)
    await writeFile(file, scenarioTemplate({ name: 'mine', isTyped, language }))
    const platform = await startTestPlatform()
    const events: ScenarioEvent[] = []
    const { sheet: own } = await loadSheet(file)
    const { outcome, failures } = await runLab(own, {
      ...{ platform: labPlatformOf(platform), language, fast: true },
      onEvent: (event) => events.push(event),
    })
    expect({ outcome, failures }).toEqual({ outcome: 'held', failures: [] })
    expect(events.some((event) => event.type === 'fault' && event.state === 'verified')).toBe(true)
    expect(await readdir(path.dirname(file))).toEqual([name])
  })
})
