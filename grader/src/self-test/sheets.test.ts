import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inLanguage, type RunResult, type ScenarioEvent } from '@msctl/scenarios'
import { type LabSheet, runLab } from '@msctl/scenarios/run-lab'
import { LABS } from '@msctl/scenarios/sheets'
import { describe, expect, test, vi } from 'vitest'
import { labPlatformOf } from '../testing/lab-platform-of.ts'
import { snapshotOf } from '../testing/snapshot.ts'
import { startTestPlatform } from '../testing/start-test-platform.ts'

/** Long enough for a busy machine to do within it all that is to be done before the trial. */
const RESET_SECONDS = 5

const SETTLED = { timeout: 15_000 }

const ATTEMPTS = 3

const named = LABS.map((sheet) => [sheet.name, sheet] as const)

const isReady = async ({ url }: { url: string }) => {
  const { status } = (await (await fetch(`${url}/status`)).json()) as { status: string }
  return status === 'ok'
}

interface Recorded extends RunResult {
  readonly events: readonly ScenarioEvent[]
}

async function record(
  sheet: LabSheet,
  platform: ReturnType<typeof labPlatformOf>,
  options: {
    readonly parameters?: Readonly<Record<string, number>>
    readonly signal?: AbortSignal
    readonly onEvent?: (event: ScenarioEvent) => void
  } = {},
): Promise<Recorded> {
  const events: ScenarioEvent[] = []
  const result = await runLab(sheet, {
    platform,
    fast: true,
    parameters: { resetSeconds: RESET_SECONDS, readers: 60 },
    ...options,
    onEvent: (event) => {
      events.push(event)
      options.onEvent?.(event)
    },
  })
  return { ...result, events }
}

/**
 * Runs a sheet on a platform of its own until something can be concluded: on a very busy machine, a service may not answer in time, and
 * the run says so. What it concludes, right or wrong, is never tried again.
 */
async function conclude(
  sheet: LabSheet,
  faults: readonly string[],
  onEnd: (cleanUp: () => Promise<void>) => void,
): Promise<Recorded & { readonly before: object; readonly after: () => Promise<object> }> {
  for (let attempt = 1; ; attempt++) {
    const platform = await startTestPlatform({ resetSeconds: RESET_SECONDS, faults }, onEnd)
    // The gateway's own look at a service may come to nothing on a busy machine.
    await vi.waitUntil(() => isReady(platform), SETTLED)
    const before = await snapshotOf(platform)
    const recorded = await record(sheet, labPlatformOf(platform))
    const isConcluded = recorded.failures.length === 0 && recorded.outcome !== 'inconclusive'
    if (isConcluded || attempt === ATTEMPTS) return { ...recorded, before, after: () => snapshotOf(platform) }
  }
}

describe('on a platform that is as it should be', { concurrent: true, timeout: 120_000 }, () => {
  test.for(named)('%s holds, and leaves nothing behind', async ([, sheet], { expect, onTestFinished }) => {
    const { outcome, failures, events, before, after } = await conclude(sheet, [], onTestFinished)
    const notHeld = events.filter((event) => event.type === 'expectation' && !event.held)
    expect({ outcome, failures, notHeld }).toEqual({ outcome: 'held', failures: [], notHeld: [] })
    await expect.poll(after, SETTLED).toEqual(before)
  })
})

/** For each expectation a fault that breaks it, and it alone. */
const BROKEN_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cache-ttl': {
    'miss-then-hit': 'cache-tells-miss',
    'key-holds-user': 'users-cache-wrapped',
    'ttl-fresh': 'users-cache-ttl-3000',
    'ttl-counts-down': 'users-cache-ttl-renewed',
    'put-invalidates': 'users-cache-kept-by-put',
    faster: 'cache-hit-slow',
    'delete-invalidates': 'users-cache-kept-by-delete',
  },
  'circuit-breaker': {
    'opens-at-fifth': 'breaker-opens-at-third',
    'refuses-at-once': 'refusal-without-retry-after',
    'tells-health': 'health-count-always-zero',
    'others-live': 'breaker-opens-others',
    'holds-back': 'open-lets-through',
    'half-open-after': 'open-twice-as-long',
    'one-trial': 'half-open-for-all',
    closes: 'half-open-success-not-enough',
  },
  persistence: {
    'users-survive': 'users-emptied-at-start',
    'orders-survive': 'orders-emptied-at-start',
    'payments-survive': 'payments-emptied-at-start',
    'edits-survive': 'users-edits-lost',
    'ids-go-on': 'users-ids-used-again',
  },
  aggregation: {
    complete: 'details-orders-lost',
    'unknown-user': 'details-unknown-200',
    'in-parallel': 'details-sequential',
  },
  payments: {
    'decided-at-once': 'payments-sometimes-pending',
    'failure-rate': 'payments-never-fail',
    'filter-by-order': 'payments-filter-ignored',
    'three-statuses': 'payments-put-status-ignored',
    'touches-updated-at': 'payments-updated_at-kept',
  },
  failover: {
    'details-degrade': 'details-orders-lost-silently',
    'users-live': 'users-need-orders',
    'orders-fail-clearly': 'orders-empty-while-down',
    recovers: 'degraded-for-ever',
  },
  'stale-cache': {
    'new-after-write': 'textbook-cache',
    'cached-again': 'never-cached-after-write',
  },
  stampede: {
    'one-read': 'textbook-cache',
    'all-answered': 'crowd-turned-away',
    'then-cached': 'never-filled',
  },
  idempotency: {
    'one-payment': 'idempotency-checks-first',
    'same-answer-later': 'repetition-pays-again',
    'other-body-refused': 'other-body-taken-for-repetition',
    'other-key-pays': 'same-body-taken-for-repetition',
  },
}

describe('on a broken platform', { concurrent: true, timeout: 120_000 }, () => {
  test('every expectation has its fault', ({ expect }) => {
    const broken = Object.entries(BROKEN_BY).map(([name, faults]) => [name, Object.keys(faults)])
    expect(broken).toEqual(LABS.map(({ name, expectations }) => [name, Object.keys(expectations)]))
  })

  const cases = LABS.flatMap((sheet) =>
    Object.entries(BROKEN_BY[sheet.name] ?? {}).map(([id, fault]) => [sheet.name, id, fault, sheet] as const),
  )
  test.for(cases)(
    '%s: %s fails, and it alone, with %s',
    async ([, id, fault, sheet], { expect, onTestFinished }) => {
      const { outcome, events, failures } = await conclude(sheet, [fault], onTestFinished)
      const end = events.at(-1)
      expect({ outcome, notHeld: end?.type === 'end' && end.notHeld, failures }).toEqual({
        outcome: 'not-held',
        notHeld: [id],
        failures: [],
      })
      const finding = events.find((event) => event.type === 'expectation' && !event.held)
      expect(finding).toMatchObject({
        id,
        expected: expect.stringMatching(/./),
        actual: expect.stringMatching(/./),
      })
    },
  )
})

/** A gateway behind which a crowd is answered as by services whose Redis is too slow for them. */
async function withoutCacheForCrowds(url: string, onEnd: (cleanUp: () => void) => void): Promise<string> {
  let inFlight = 0
  let most = 0
  const server = createServer((incoming, outgoing) => {
    most = inFlight === 0 ? 1 : Math.max(most, inFlight + 1)
    inFlight++
    const { method, headers } = incoming
    const passedOn = request(`${url}${incoming.url}`, { method, headers }, (answer) => {
      const isBypassed = most > 1 && answer.headers['x-cache'] !== undefined
      outgoing.writeHead(answer.statusCode ?? 500, {
        ...answer.headers,
        ...(isBypassed && { 'x-cache': 'BYPASS' }),
      })
      answer.pipe(outgoing)
    })
    outgoing.on('close', () => inFlight--)
    incoming.pipe(passedOn)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('what a Redis that is too slow keeps from being shown is no failure, and is tried with fewer', {
  timeout: 120_000,
}, async ({ onTestFinished }) => {
  // Each reader of this platform reads the database: with the cache in use, that would be a failure.
  const platform = await startTestPlatform({ faults: ['textbook-cache'] }, onTestFinished)
  await vi.waitUntil(() => isReady(platform), SETTLED)
  const sheet = LABS.find(({ name }) => name === 'stampede') as LabSheet
  const url = await withoutCacheForCrowds(platform.url, onTestFinished)
  const { outcome, events, failures } = await record(sheet, { ...labPlatformOf(platform), url })
  expect({ outcome, failures, end: events.at(-1) }).toMatchObject({
    ...{ outcome: 'inconclusive', failures: [] },
    end: { notHeld: [], open: ['one-read'] },
  })
  const crowds = events.flatMap((event) =>
    event.type === 'said' ? (/^(\d+) ×/.exec(event.text)?.[1] ?? []) : [],
  )
  expect(crowds).toEqual(['60', '30', '15'])
})

// What a Ctrl-C at each step leaves is compared by e2e/interrupted.e2e.ts, with real signals.
test('interrupted while both the row and the table are locked, the race lets go of them', {
  timeout: 120_000,
}, async () => {
  const platform = await startTestPlatform({ resetSeconds: RESET_SECONDS })
  const before = await snapshotOf(platform)
  const sheet = LABS.find(({ name }) => name === 'stale-cache') as LabSheet
  const controller = new AbortController()
  let waited = 0
  const { outcome, failures } = await record(sheet, labPlatformOf(platform), {
    signal: controller.signal,
    // First for the writer, then for the lock of the table.
    onEvent: (event) => {
      if (event.type === 'waited' && event.for.includes('wait in the database') && ++waited === 2)
        controller.abort()
    },
  })
  expect({ outcome, failures }).toEqual({ outcome: 'interrupted', failures: [] })
  await expect.poll(() => snapshotOf(platform), SETTLED).toEqual(before)
})

test('a platform that is not well is left alone', { timeout: 120_000 }, async () => {
  const platform = await startTestPlatform()
  await platform.control.stop('orders')
  const [sheet] = LABS as [LabSheet]
  const { outcome, events } = await record(sheet, labPlatformOf(platform))
  expect(outcome).toBe('not-ready')
  expect(events.find(({ type }) => type === 'failure')).toMatchObject({
    message: expect.stringContaining('orders down'),
  })
  expect(events.filter(({ type }) => type === 'request')).toEqual([])
})

describe('the words', () => {
  test.for(named)('of %s fit a terminal of 80 columns where they are drawings', ([, { idea }]) => {
    const drawn = (['en', 'ru'] as const).flatMap((language) =>
      inLanguage(idea, language)
        .split('\n')
        .filter((line) => line.startsWith('  ')),
    )
    expect(drawn.filter((line) => line.length > 80)).toEqual([])
  })

  test.for(named)('of %s are there in both languages', ([, sheet]) => {
    const { title, question, idea, expectations, steps } = sheet
    const texts = [title, question, idea, ...steps.map((step) => step.title)]
    for (const expectation of Object.values(expectations)) texts.push(expectation.title, expectation.why)
    const untranslated = texts.filter(
      (text) => typeof text === 'string' || !/[а-яё]/i.test(text.ru) || /[а-яё]/i.test(text.en),
    )
    expect(untranslated).toEqual([])
  })
})
