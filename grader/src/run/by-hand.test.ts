import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { lintVerdict, manualVerdict, verdictsByHand } from './by-hand.ts'
import { CheckResult } from './report.ts'
import { STANDARD_RUBRIC } from './rubric.ts'

const options = { rubric: STANDARD_RUBRIC, language: 'en' } as const
const lintOptions = (more: { readonly limitMs?: number; readonly signal?: AbortSignal } = {}) => ({
  ...{ ...options, cwd: import.meta.dirname, env: process.env, signal: new AbortController().signal },
  ...more,
})
const lint = (command: string, more?: Parameters<typeof lintOptions>[0]) =>
  lintVerdict(command, lintOptions(more))

const points = (given: number) => manualVerdict({ criterion: 'code-quality', points: given }, options)

test('points that were given count, and only all of them pass', () => {
  expect(points(10)).toMatchObject({ id: 'code-quality.review', status: 'pass', points: 10, maxPoints: 10 })
  expect(points(10)).not.toHaveProperty('cause')
  for (const given of [0, 8]) {
    const verdict = points(given)
    expect(verdict).toMatchObject({ status: 'fail', points: given, maxPoints: 10 })
    expect(verdict.cause?.actual).toContain(`${given} of 10 points`)
    expect(z.parse(CheckResult, verdict)).toEqual(verdict)
  }
})

test('more points than there are cannot be given', () => {
  expect(() => points(99)).toThrow(
    expect.objectContaining({
      code: 'too-many-points',
      facts: { criterion: 'code-quality', points: 99, maxPoints: 10 },
    }),
  )
})

test('without anybody’s judgement the quality is not assessed, and says how it can be', async () => {
  const judge = (asked: Partial<Parameters<typeof verdictsByHand>[0]>) =>
    verdictsByHand({ manual: [], lint: undefined, isQualityAsked: true, ...asked }, lintOptions())
  expect(await judge({})).toMatchObject([
    {
      ...{ status: 'not-assessed', points: 0, maxPoints: 10 },
      cause: { actual: expect.stringContaining('--manual code-quality=8') },
    },
  ])
  expect(await judge({ isQualityAsked: false })).toEqual([])
  const manual = [{ criterion: 'code-quality', points: 7 }] as const
  expect(await judge({ manual, lint: 'exit 1' })).toMatchObject([{ points: 7 }])
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
  expect(await lint('sleep 1000 & sleep 1000', { limitMs: 300 })).toMatchObject({
    status: 'error',
    cause: { actual: expect.stringContaining('0.3 s') },
  })
  const noisy = await lint('yes noise', { limitMs: 500 })
  expect(noisy.status).toBe('error')
  expect(JSON.stringify(noisy.evidence).length).toBeLessThan(20_000)
})

test('an interrupt ends the linter', async () => {
  const controller = new AbortController()
  const linting = lint('sleep 1000', { signal: controller.signal })
  controller.abort(new Error('interrupted'))
  await expect(linting).rejects.toThrow('interrupted')
})
