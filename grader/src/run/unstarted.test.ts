import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { EXPERIMENTS } from '../checks/index.ts'
import type { ComposeFacts } from '../target/compose-facts.ts'
import type { Target } from '../target/target.ts'
import { Report } from './report.ts'
import { type GradingOptions, runGrading } from './run-grading.ts'

const FACTS: ComposeFacts = {
  ...{
    file: 'docker-compose.yml',
    roles: {},
    databaseNames: {},
    services: [],
    changes: [],
    unrecognised: [],
  },
  start: { command: 'docker compose up', exitCode: 1, output: ['boom'], durationMs: 0, byHand: [] },
  ready: { missing: [], durationMs: 0, limitMs: 180_000, isMachineBusy: false },
}
const grade = (target: Target, more: Partial<GradingOptions> = {}) =>
  runGrading({
    ...{ target, experiments: EXPERIMENTS, seed: 1, version: '0.0.0', signal: new AbortController().signal },
    unstarted: { reason: 'It did not start.', evidence: [], because: 'compose.ready' },
    ...more,
  })

test('a Compose project that never starts is given no point for what it would have done', async () => {
  const report = await grade({ kind: 'compose', url: 'http://127.0.0.1:8000', compose: FACTS })
  expect(z.parse(Report, report)).toEqual(report)
  expect(report).toMatchObject({ score: 0, passed: false })
  // Everything but the structure, whose sources were not given, and the quality, which nobody judged.
  expect(report.assessable).toBe(85)
  const create = report.checks.find(({ id }) => id === 'correctness.users.create')
  expect(create).toMatchObject({
    status: 'fail',
    because: 'compose.ready',
    cause: { actual: 'It did not start.' },
  })
  expect(report.checks.find(({ id }) => id === 'structure.models')?.status).toBe('not-assessed')
  expect(
    report.advice.every(({ id, status }) => status === 'not-assessed' || id.startsWith('advice.compose')),
  ).toBe(true)
})

test('what could not have been asked of it is not held against it', async () => {
  const report = await grade({ kind: 'url', url: 'http://127.0.0.1:1' })
  const statusOf = (id: string) => report.checks.find((check) => check.id === id)?.status
  expect(statusOf('correctness.users.create')).toBe('fail')
  expect(statusOf('caching.users.key')).toBe('not-assessed')
  expect(statusOf('compose.starts')).toBe('not-assessed')
  expect(report).toMatchObject({ score: 0, passed: false })
})

test('what can be seen without it counts', async () => {
  const report = await grade(
    { kind: 'compose', url: 'http://127.0.0.1:8000', compose: FACTS, source: import.meta.dirname },
    { only: ['compose', 'structure'] },
  )
  expect(report.maxScore).toBe(15)
  expect(report.checks.every(({ criterion }) => criterion === 'compose' || criterion === 'structure')).toBe(
    true,
  )
})

test('an interrupt leaves the rest not assessed, and says so', async () => {
  const report = await grade(
    { kind: 'compose', url: 'http://127.0.0.1:8000', compose: FACTS, source: import.meta.dirname },
    { only: ['compose', 'structure'], signal: AbortSignal.abort(new Error('Ctrl-C')) },
  )
  expect(new Set(report.checks.map(({ status }) => status))).toEqual(new Set(['not-assessed']))
  expect(report.checks[0]?.cause?.actual).toMatch(/ended before/)
  expect(report.run.complete).toBe(false)
})
