import { expect, test } from 'vitest'
import * as z from 'zod'
import { ScenarioEvent } from './events.ts'

const stamp = { at: 1_795_380_846_385, scenario: 'sample' }

test.each([
  [{ ...stamp, type: 'said', text: 'Hello.' }, true],
  [{ ...stamp, type: 'end', outcome: 'held', tookMs: 12, held: 1, notHeld: [], open: [] }, true],
  [{ type: 'said', text: 'Hello.' }, false],
  [{ ...stamp, type: 'sung', text: 'Hello.' }, false],
])('the published schema judges %j as the parser does', (event, isRight) => {
  const published = z.fromJSONSchema(JSON.parse(JSON.stringify(z.toJSONSchema(ScenarioEvent))))
  expect([published.safeParse(event).success, ScenarioEvent.safeParse(event).success]).toEqual([
    isRight,
    isRight,
  ])
})
