import { expect, test } from 'vitest'
import type { Answer } from '../../run/grader.ts'
import { judgeBurst } from './watch-half-open.ts'

const answered = (status: number): Answer => {
  const text = status === 200 ? '[]' : '{"error":"Service unavailable"}'
  const request = { method: 'GET', url: '/users?limit=1', headers: {} }
  return {
    ...{ status, headers: {}, text, json: JSON.parse(text), durationMs: 5 },
    evidence: {
      type: 'exchange',
      at: 0,
      request,
      response: { status, headers: {}, body: text },
      durationMs: 5,
    },
  } as unknown as Answer
}

const of = (...statuses: number[]) => statuses.map(answered)

test.each([
  ['one is let through, the others are refused', 1, of(503, 200, 503, 503), [0, 0]],
  ['one is let through, the others wait for it', 1, of(200, 200, 200, 200), [0, 0]],
  ['all are let through', 4, of(200, 200, 200, 200), [1, 0]],
  ['two are let through', 2, of(200, 503, 200, 503), [1, 0]],
  ['all are refused and sent', 4, of(503, 503, 503, 503), [0, 1]],
  // The time of the open circuit has ended in the midst of the burst.
  ['some are refused and sent, then one is let through', 3, of(503, 503, 200, 503), [0, 1]],
  ['one is let through and fails', 1, of(503, 502, 503, 503), [0, 0]],
])('%s', (_, held, answers, wanted) => {
  const { several, leaked } = judgeBurst(held, answers)
  expect([several.length, leaked.length]).toEqual(wanted)
})
