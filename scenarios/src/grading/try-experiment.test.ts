import { expect, test } from 'vitest'
import type { CheckFinding } from './grader.ts'
import { type Trouble, tryExperiment } from './try-experiment.ts'

const held: CheckFinding = { held: true, expected: '200', actual: '200' }
const failed: CheckFinding = { held: false, expected: '200', actual: '404' }
const away: CheckFinding = {
  ...failed,
  evidence: [{ type: 'exchange', at: 0, method: 'GET', path: '/users', status: 504, durationMs: 3_000 }],
}

const NOT_ASKED = { stop: () => undefined, expectDown: <T>(work: () => Promise<T>) => work() }

/** What comes of each try, and which share of it everything stood still. */
async function tried(
  tries: readonly { readonly finding: CheckFinding | undefined; readonly share?: number }[],
  more: { readonly isAboutOutages?: boolean; readonly paceMs?: number; readonly areBack?: boolean } = {},
) {
  const becauses: (Trouble | undefined)[] = []
  const { outcome, excuse } = await tryExperiment({
    ...{ ids: ['a'], isAboutOutages: more.isAboutOutages ?? false, signal: new AbortController().signal },
    vitalSigns: {
      heldUpMs: (from, to) => (tries[becauses.length - 1]?.share ?? 0) * (to - from),
      ...NOT_ASKED,
    },
    run: async (because) => {
      becauses.push(because)
      const { finding } = tries[becauses.length - 1] ?? { finding: failed }
      return { findings: finding === undefined ? {} : { a: finding }, failures: [] } as never
    },
    areBack: async () => more.areBack ?? true,
    paceMs: async () => more.paceMs ?? 5,
  })
  return { tries: becauses.length, again: becauses[1], held: outcome.findings.a?.held, excuse: excuse('a') }
}

test('what holds is run once, whatever was held up', async () => {
  expect(await tried([{ finding: held, share: 0.5 }])).toEqual({ tries: 1, held: true })
})

test('what fails is run once when nothing was held up', async () => {
  expect(await tried([{ finding: failed }])).toEqual({ tries: 1, held: false })
})

test('what failed, or was never come to, while something was held up is tried again, and the next try counts', async () => {
  for (const finding of [failed, undefined]) {
    const first = { finding, share: 0.5 }
    expect(await tried([first, { finding: held }])).toEqual({ tries: 2, again: 'held-up', held: true })
    expect(await tried([first, { finding: failed }])).toEqual({ tries: 2, again: 'held-up', held: false })
  }
})

test('what fails at each of three tries has failed when little was held up, and is excused when much was', async () => {
  const little = { finding: failed, share: 0.01 }
  expect(await tried([little, little, little])).toEqual({ tries: 3, again: 'held-up', held: false })
  const last = await tried([little, little, { finding: failed, share: 0.3 }])
  expect(last.tries).toBe(3)
  expect(last.excuse).toMatchObject({ en: expect.stringContaining('held up') })
})

test('what fails at one try and fails otherwise at the next is excused', async () => {
  let run = 0
  const { excuse } = await tryExperiment({
    ...{ ids: ['a', 'b'], isAboutOutages: true, signal: new AbortController().signal },
    vitalSigns: { heldUpMs: () => 1e-9, ...NOT_ASKED },
    run: async () =>
      ({ findings: ++run === 2 ? { a: failed, b: held } : { a: failed, b: failed }, failures: [] }) as never,
    areBack: async () => true,
    paceMs: async () => 5,
  })
  expect(run).toBe(3)
  expect(excuse('a')).toBeUndefined()
  expect(excuse('b')).toBeDefined()
})

test('what leaves a service away for good is not tried again', async () => {
  const gone = await tried([{ finding: failed, share: 0.01 }], { areBack: false })
  expect(gone).toEqual({ tries: 1, held: false })
})

test('a service out of reach is tried once more, and excused where everything is slow', async () => {
  const one = { finding: away }
  expect(await tried([one, one, one])).toEqual({ tries: 2, again: 'out-of-reach', held: false })
  expect((await tried([one, one], { paceMs: 2_000 })).excuse).toBeDefined()
  expect(await tried([one], { isAboutOutages: true })).toEqual({ tries: 1, held: false })
})
