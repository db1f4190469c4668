import { STANDARD_RUBRIC } from '@msctl/grader/run/rubric'
import { expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import { lintVerdict, manualVerdict, unjudgedQuality } from './by-hand.ts'

const words = { rubric: STANDARD_RUBRIC, language: 'en', messages: en } as const
const lint = (command: string, limitMs?: number, signal = new AbortController().signal) =>
  lintVerdict(command, {
    ...words,
    ...{ cwd: import.meta.dirname, env: process.env, signal },
    ...(limitMs !== undefined && { limitMs }),
  })

test('points that were given are given, up to all of them', () => {
  const points = (given: number) => manualVerdict({ criterion: 'code-quality', points: given }, words)
  expect(points(8)).toMatchObject({ id: 'code-quality.review', status: 'pass', points: 8, maxPoints: 10 })
  expect(points(12)).toMatchObject({ status: 'pass', points: 10 })
  expect(points(0)).toMatchObject({ status: 'fail', points: 0 })
  expect(manualVerdict({ criterion: 'structure', points: 5 }, words)).toMatchObject({
    points: 5,
    maxPoints: 5,
  })
})

test('without anybody’s judgement the quality is not assessed, and says how it can be', () => {
  expect(unjudgedQuality(words)).toMatchObject({
    ...{ status: 'not-assessed', points: 0, maxPoints: 10 },
    cause: { actual: expect.stringContaining('--manual code-quality=8') },
  })
})

test('a linter gives all points or none, with what it said', async () => {
  expect(await lint('echo fine')).toMatchObject({ status: 'pass', points: 10 })
  const failed = await lint('echo "x.py:1: too long" >&2; exit 3')
  expect(failed).toMatchObject({
    status: 'fail',
    points: 0,
    cause: { actual: expect.stringMatching(/3: x\.py:1: too long/) },
  })
  expect(failed.evidence).toMatchObject([{ type: 'control', ok: false, output: 'x.py:1: too long' }])
})

test('a linter that is not there, does not end or prints without end says nothing of the code', async () => {
  expect(await lint('no-such-linter-anywhere')).toMatchObject({ status: 'error' })
  expect(await lint('sleep 1000 & sleep 1000', 300)).toMatchObject({
    status: 'error',
    cause: { actual: expect.stringContaining('0.3 s') },
  })
  const noisy = await lint('yes noise', 500)
  expect(noisy.status).toBe('error')
  expect(JSON.stringify(noisy.evidence).length).toBeLessThan(20_000)
})

test('an interrupt ends the linter', async () => {
  const controller = new AbortController()
  const linting = lint('sleep 1000', undefined, controller.signal)
  controller.abort(new Error('interrupted'))
  await expect(linting).rejects.toThrow('interrupted')
})
