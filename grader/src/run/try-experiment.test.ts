import { expect, test } from 'vitest'
import type { Answer, CheckFinding } from './grader.ts'
import { noticeOutages, type Trouble, tryExperiment } from './try-experiment.ts'

const held: CheckFinding = { held: true, expected: '200', actual: '200' }
const failed: CheckFinding = { held: false, expected: '200', actual: '404' }
const away: CheckFinding = {
  ...failed,
  evidence: [{ type: 'exchange', at: 0, method: 'GET', path: '/users', status: 504, durationMs: 3_000 }],
}

/** What comes of each try, and which share of it everything stood still. */
async function tried(
  tries: readonly {
    readonly finding: CheckFinding | undefined
    readonly share?: number
    readonly sawOutage?: boolean
  }[],
  more: {
    readonly isAboutOutages?: boolean
    readonly isWithoutServices?: boolean
    readonly paceMs?: number
    readonly areBack?: boolean
  } = {},
) {
  const becauses: (Trouble | undefined)[] = []
  const { outcome, excuse } = await tryExperiment({
    ...{ ids: ['a'], isAboutOutages: more.isAboutOutages ?? false, signal: new AbortController().signal },
    isWithoutServices: more.isWithoutServices ?? false,
    stalls: { stalledMs: (from, to) => (tries[becauses.length - 1]?.share ?? 0) * (to - from) },
    run: async (because) => {
      becauses.push(because)
      const { finding, sawOutage = false } = tries[becauses.length - 1] ?? { finding: failed }
      const findings = finding === undefined ? {} : { a: finding }
      return { outcome: { findings, failures: [] } as never, sawOutage }
    },
    areBack: async () => more.areBack ?? true,
    paceMs: async () => more.paceMs ?? 5,
  })
  return { tries: becauses.length, again: becauses[1], held: outcome.findings.a?.held, excuse: excuse('a') }
}

test('what holds is run once, whatever stalled', async () => {
  expect(await tried([{ finding: held, share: 0.5 }])).toEqual({ tries: 1, held: true })
})

test('what fails is run once when nothing stalled', async () => {
  expect(await tried([{ finding: failed }])).toEqual({ tries: 1, held: false })
})

test('what fails for want of a service that does not run is not excused by a slow machine', async () => {
  const slow = { isWithoutServices: true, paceMs: 5_000 }
  expect(await tried([{ finding: away, share: 0.5 }], slow)).toEqual({ tries: 1, held: false })
})

test('what failed, or was not reached, while something stalled is tried again, and the next try counts', async () => {
  for (const finding of [failed, undefined]) {
    const first = { finding, share: 0.5 }
    expect(await tried([first, { finding: held }])).toEqual({ tries: 2, again: 'stall', held: true })
    expect(await tried([first, { finding: failed }])).toEqual({ tries: 2, again: 'stall', held: false })
  }
})

test('what fails at each of three tries has failed when little stalled, and is excused when much did', async () => {
  const little = { finding: failed, share: 0.01 }
  expect(await tried([little, little, little])).toEqual({ tries: 3, again: 'stall', held: false })
  const last = await tried([little, little, { finding: failed, share: 0.3 }])
  expect(last.tries).toBe(3)
  expect(last.excuse).toMatchObject({ en: expect.stringContaining('stood still') })
})

test('what fails at one try and fails otherwise at the next is excused', async () => {
  let run = 0
  const { excuse } = await tryExperiment({
    ...{ ids: ['a', 'b'], isAboutOutages: true, signal: new AbortController().signal },
    stalls: { stalledMs: () => 1e-9 },
    run: async () => {
      const findings = ++run === 2 ? { a: failed, b: held } : { a: failed, b: failed }
      return { outcome: { findings, failures: [] } as never, sawOutage: false }
    },
    areBack: async () => true,
    paceMs: async () => 5,
  })
  expect(run).toBe(3)
  expect(excuse('a')).toBeUndefined()
  expect(excuse('b')).toBeDefined()
})

test('what leaves a service unavailable for good is not tried again', async () => {
  const gone = await tried([{ finding: failed, share: 0.01 }], { areBack: false })
  expect(gone).toEqual({ tries: 1, held: false })
})

test('what failed while a service was unavailable is tried again, and excused where everything is slow', async () => {
  const one = { finding: away }
  expect(await tried([one, one, one])).toEqual({ tries: 3, again: 'outage', held: false })
  expect(await tried([one, { finding: failed }])).toEqual({ tries: 2, again: 'outage', held: false })
  expect((await tried([one, one, one], { paceMs: 2_000 })).excuse).toBeDefined()
  expect(await tried([one], { isAboutOutages: true })).toEqual({ tries: 1, held: false })
})

test('that a service was unavailable need not be what the finding shows', async () => {
  const unseen = { finding: failed, sawOutage: true }
  expect(await tried([unseen, { finding: held }])).toEqual({ tries: 2, again: 'outage', held: true })
  expect(await tried([unseen, unseen, unseen])).toEqual({ tries: 3, again: 'outage', held: false })
})

test('a service that is unavailable at times is no failure of what held meanwhile', async () => {
  let run = 0
  const { excuse } = await tryExperiment({
    ...{ ids: ['a', 'b'], isAboutOutages: false, signal: new AbortController().signal },
    stalls: { stalledMs: () => 0 },
    run: async () => {
      const findings = ++run === 2 ? { a: away, b: held } : { a: away, b: failed }
      return { outcome: { findings, failures: [] } as never, sawOutage: true }
    },
    areBack: async () => true,
    paceMs: async () => 5,
  })
  expect(run).toBe(3)
  expect(excuse('a')).toBeUndefined()
  expect(excuse('b')).toBeDefined()
})

test('a request that finds a service unavailable is noticed, and answered as ever', async () => {
  for (const [status, isOut] of [
    [200, false],
    [404, false],
    [500, false],
    [503, true],
    [null, true],
  ] as const) {
    const answer = { status } as Answer
    const { request, sawOutage } = noticeOutages(async () => answer)
    expect(sawOutage()).toBe(false)
    expect(await request('GET', '/users/1')).toBe(answer)
    expect(sawOutage()).toBe(isOut)
  }
})
