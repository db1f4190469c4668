import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { exampleReport } from '../reports/example-report.ts'
import type { CheckResult, Report } from '../run/report.ts'
import type { FaultSheet } from './fault-sheet.ts'
import { judgeTrial } from './judge-trial.ts'
import { runSelfTest } from './run-self-test.ts'

const base = exampleReport('en')

/** A report on which just these failed. */
function reportWith(failed: Readonly<Record<string, Partial<CheckResult>>>): Report {
  const checks = Object.entries(failed).map(
    ([id, more]): CheckResult => ({
      ...{
        id,
        criterion: 'caching',
        title: id,
        status: 'fail',
        points: 0,
        maxPoints: 1,
        dependsOn: [],
        evidence: [],
      },
      ...more,
    }),
  )
  return { ...base, checks, advice: [], score: 10, assessable: 10 + checks.length }
}

const fault: FaultSheet = {
  ...{ name: 'a-fault', kind: 'fault', title: 'Wrong.', criterion: 'caching', switches: {} },
  caughtBy: ['caching.users.ttl', 'caching.users.key'],
}
const variant: FaultSheet = { ...fault, kind: 'variant' }

test.for<[Record<string, Partial<CheckResult>>, boolean]>([
  [{ 'caching.users.ttl': {} }, true],
  [{ 'caching.users.ttl': {}, 'caching.users.key': {} }, true],
  // Not by the one that is meant for it.
  [{ 'caching.users.key': {} }, false],
  [{}, false],
  // And by one that has nothing to do with it.
  [{ 'caching.users.ttl': {}, 'caching.orders.ttl': {} }, false],
  // What only fell with another one is not wrongly blamed.
  [{ 'caching.users.ttl': {}, 'caching.orders.ttl': { because: 'caching.users.ttl' } }, true],
  [{ 'caching.users.ttl': {}, 'caching.orders.ttl': { dependsOn: ['caching.users.ttl'] } }, true],
  [{ 'caching.users.ttl': {}, 'caching.orders.ttl': { dependsOn: ['caching.orders.key'] } }, false],
  [{ 'caching.users.ttl': {}, 'caching.orders.ttl': { status: 'error' } }, false],
])('a fault on which %j: %s', ([failed, isRight]) => {
  expect(judgeTrial(fault, reportWith(failed), 'en').isRight).toBe(isRight)
})

test('what should not have failed says why it did', () => {
  const cause = { expected: '', actual: 'POST answered 504.', rationale: '', hint: '' }
  const { unrelated } = judgeTrial(fault, reportWith({ 'caching.orders.ttl': { cause } }), 'en')
  expect(unrelated).toEqual(['caching.orders.ttl: POST answered 504.'])
})

test('a variant has to get every point', () => {
  expect(judgeTrial(variant, { ...reportWith({}), assessable: 10 }, 'en').isRight).toBe(true)
  expect(judgeTrial(variant, reportWith({ 'caching.users.ttl': {} }), 'en').isRight).toBe(false)
})

test('nothing is left behind when PostgreSQL does not start', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'msctl-test-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  // Its own folder is as long as a path may be, so that nothing can be made in it.
  const names = Array<string>(30).fill('x'.repeat(150)).join('/')
  const folder = path.join(root, names).slice(0, 4_095 - '/msctl-self-test-123456'.length)
  await mkdir(folder, { recursive: true })
  vi.stubEnv('TMPDIR', folder)
  const running = runSelfTest({
    ...{ jobs: 1, only: ['as-it-is'], language: 'en', version: '0', cacheDir: root, env: process.env },
    ...{ signal: new AbortController().signal, onTrial: () => undefined, onAgain: () => undefined },
  })
  await expect(running).rejects.toThrow()
  expect(await readdir(folder)).toEqual([])
})
