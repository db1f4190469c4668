import { expect, test } from 'vitest'
import type { ScenarioEvent } from '../engine/index.ts'
import { startTestPlatform } from '../faults/testing.ts'
import { LABS, runLab } from './index.ts'
import { handsOn } from './test-hands.ts'

test.for(LABS.map((sheet) => [sheet.name, sheet] as const))('%s', { timeout: 60_000 }, async ([, sheet]) => {
  const platform = await startTestPlatform({ resetSeconds: 2 })
  const events: ScenarioEvent[] = []
  const { outcome, failures } = await runLab(sheet, {
    hands: handsOn(platform),
    fast: true,
    parameters: { resetSeconds: 2 },
    onEvent: (event) => {
      events.push(event)
      process.stdout.write(`${JSON.stringify(event)}\n`)
    },
  })
  expect({ outcome, failures }).toEqual({ outcome: 'held', failures: [] })
})
