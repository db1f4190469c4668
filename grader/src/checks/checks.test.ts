import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Report } from '../run/report.ts'
import { runGrading } from '../run/run-grading.ts'
import { startTestPlatform } from '../testing/start-test-platform.ts'
import { caching } from './caching/experiment.ts'
import { details } from './correctness/details.ts'
import { correctness } from './correctness/experiment.ts'
import { gateway } from './correctness/gateway.ts'
import { payments } from './payments/experiment.ts'

const run = promisify(execFile)
/** On a machine that is busy with other tests, in milliseconds. */
const TIMEOUT_MS = 240_000
const experiments = [...correctness, gateway, details, ...caching, payments]

const hasTools = ['curl', 'jq', 'redis-cli'].every((tool) => {
  try {
    execFileSync(tool, ['--version'])
    return true
  } catch {
    return false
  }
})

/** Grades a platform with faults, with all reach or with nothing but HTTP. */
async function grade(
  faults: readonly string[],
  { reach = 'all', only }: { reach?: 'all' | 'http'; only?: readonly string[] } = {},
) {
  const platform = await startTestPlatform({ faults })
  const stores = { redis: platform.redisUrl, databases: platform.databaseUrls }
  const report = await runGrading({
    target: { kind: 'url', url: platform.url, ...(reach === 'all' && stores) },
    ...{ experiments, seed: 7, version: '0.0.0', signal: new AbortController().signal },
    ...(only !== undefined && { only }),
  })
  return { platform, report }
}

const idsOf = ({ checks }: Report, status: Report['checks'][number]['status']) =>
  checks.flatMap((check) => (check.status === status ? [check.id] : []))

test(
  'the assignment’s own sketch passes every check, and nothing of what was created stays',
  async () => {
    const { platform, report } = await grade(['assignment-sketch'])
    expect(report.checks.filter(({ status }) => status !== 'pass')).toEqual([])
    expect(report.assessable).toBe(50)
    for (const path of ['/users', '/orders', '/payments'])
      expect(await (await fetch(platform.url + path)).json()).toEqual([])
  },
  TIMEOUT_MS,
)

test(
  'with nothing but HTTP, what cannot be seen is not assessed, and the rest passes',
  async () => {
    const { report } = await grade([], { reach: 'http' })
    expect(idsOf(report, 'fail')).toEqual([])
    expect(idsOf(report, 'error')).toEqual([])
    const unseen = idsOf(report, 'not-assessed')
    expect(unseen).toContain('correctness.details.in-parallel')
    expect(unseen.filter((id) => id.startsWith('caching.'))).toHaveLength(15)
    expect(unseen).toHaveLength(16)
  },
  TIMEOUT_MS,
)

describe('a script shows the failure when it is run by itself:', () => {
  /** The fault, the check that catches it, and what its script then says. */
  const shown: readonly [fault: string, check: string, output: RegExp][] = [
    [
      'users-put-resets-missing-fields',
      'correctness.users.update',
      /"name":"".*\n# EXPECTED: email is the new one/,
    ],
    ['users-duplicate-email-accepted', 'correctness.users.unique-email', /-> 201 .*\n# EXPECTED: 409/],
    ['orders-default-quantity-zero', 'correctness.orders.read', /"quantity":0.*\n# EXPECTED: quantity 1/],
    [
      'orders-cache-kept-by-put',
      'caching.orders.invalidated-by-put',
      /"quantity":3[^\n]*\n# EXPECTED: what PUT said/,
    ],
    ['users-cache-key-plural', 'caching.users.key', /^users:\d+\n# EXPECTED: a key user:\d+$/m],
    ['payments-cache-ttl-60', 'caching.payments.ttl', /^(60|59|58)\n# EXPECTED: a TTL between 290/m],
    ['payments-delete-unknown-204', 'correctness.payments.not-found', /-> 204 \n# EXPECTED: 404/],
    [
      'payments-updated_at-kept',
      'payments.updated-at',
      /"created_at":"([^"]+)","updated_at":"\1"[^\n]*\n# EXPECTED: another updated_at/,
    ],
  ]

  test.skipIf(!hasTools)(
    'all of these',
    async () => {
      const { platform, report } = await grade(
        shown.map(([fault]) => fault),
        { only: shown.map(([, check]) => check) },
      )
      const env = { ...process.env, URL: platform.url, REDIS_URL: platform.redisUrl }
      const outputs = await Promise.all(
        shown.map(async ([, id]) => {
          const repro = report.checks.find((check) => check.id === id)?.repro
          expect(repro, id).toBeDefined()
          // It ends with 1 where it shows the failure.
          return run('bash', ['-c', repro ?? ''], { env }).catch((failure) => failure)
        }),
      )
      for (const [index, [, id, output]] of shown.entries())
        expect(outputs[index], id).toMatchObject({ code: 1, stdout: expect.stringMatching(output) })
    },
    TIMEOUT_MS,
  )
})
