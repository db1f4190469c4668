import { expect, test } from 'vitest'
import type { Answer } from '../../run/grader.ts'
import { haveStumbled } from './stumble.ts'

const lasting = (...durations: number[]) => durations.map((durationMs) => ({ durationMs }) as Answer)

test.each([
  ['refused at once', lasting(3, 4, 3, 5), 3, false],
  ['refused on a busy machine', lasting(300, 900, 400), 200, false],
  ['let through, and timed out', lasting(3, 3_010, 4), 3, true],
  ['let through, and timed out, while the others waited for it', lasting(3_010, 3_020, 3_015), 3, true],
  ['refused as slowly as ever', lasting(6_010, 6_020, 6_900), 6_000, false],
])('%s', (_, answers, refusalMs, wanted) => {
  expect(haveStumbled(answers, refusalMs)).toBe(wanted)
})
