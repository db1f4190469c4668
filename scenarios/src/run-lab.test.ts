import { expect, test } from 'vitest'
import { defineSheet, type ScenarioEvent } from './engine/index.ts'
import { type LabSheet, streamLab } from './run-lab.ts'
import type { LabPlatform } from './world/index.ts'

/** Nothing is asked of it. */
const platform = { url: 'http://127.0.0.1:9' } as LabPlatform

const sheet = defineSheet<unknown, object>({
  ...{ name: 'sample', title: 'A sample', question: '?', idea: '' },
  expectations: {},
  state: () => ({}),
  steadyState: [],
  steps: ['one', 'two'].map((word) => ({
    title: word,
    run: async (lab) => {
      lab.cleanUp(`put ${word} back`, async () => undefined)
      lab.say(word)
    },
  })),
}) as unknown as LabSheet

const wordOf = (event: ScenarioEvent) =>
  event.type === 'said' ? event.text : event.type === 'step' ? event.title : event.type

test('gives the events of a run in order, and each to the listener at once', async () => {
  const told: ScenarioEvent[] = []
  const read: ScenarioEvent[] = []
  for await (const event of streamLab(sheet, { platform, onEvent: (event) => told.push(event) }))
    read.push(event)
  expect(read).toEqual(told)
  expect(read.map(wordOf)).toEqual([
    ...['begin', 'phase', 'one', 'one', 'two', 'two', 'phase', 'put two back', 'put one back', 'end'],
  ])
})

test('a step that is waited for begins when all before it has been taken in', async () => {
  const seen: string[] = []
  const events = streamLab(sheet, {
    platform,
    onEvent: () => undefined,
    beforeStep: async (title) => void seen.push(`before ${title}`),
  })
  for await (const event of events) {
    await new Promise(setImmediate)
    seen.push(wordOf(event))
  }
  expect(seen.slice(0, 8)).toEqual([
    ...['begin', 'phase', 'before one', 'one', 'one', 'before two', 'two', 'two'],
  ])
})

test('puts everything back when nobody reads on', async () => {
  const told: string[] = []
  for await (const event of streamLab(sheet, { platform, onEvent: (event) => told.push(wordOf(event)) }))
    if (event.type === 'step') break
  expect(told.slice(-2)).toEqual(['put one back', 'end'])
})
