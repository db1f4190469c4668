// What is concluded from what was seen of a circuit, without a platform.
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../run/grader.ts'
import { type Complaints, judge } from '../judge.ts'
import { RESOURCES } from '../resources.ts'
import { hasTimedOut, type Visit } from '../visits.ts'
import { judgeReset } from './half-open-after-reset.ts'
import { judgeHealth } from './health.ts'
import { judgeIsolation } from './isolation.ts'
import { type Burst, judgeOneTrial, refusedAndSent } from './one-trial.ts'
import { judgeOpening, type Opening } from './opens-at-fifth.ts'
import { judgeRefusals, type Refusals } from './refuses-when-open.ts'
import type { ShownCircuit } from './shown-circuit.ts'
import { judgeTrial } from './trial-decides.ts'
import type { Closed, Reclosing } from './watch-half-open.ts'

const answered = (status: number, durationMs = 5): Answer =>
  ({
    ...{
      status,
      headers: {},
      text: '',
      durationMs,
      evidence: { type: 'exchange', method: 'GET', path: '/' },
    },
    json: status === 200 ? [] : { error: 'Service unavailable' },
  }) as unknown as Answer
const of = (...statuses: number[]) => statuses.map((status) => answered(status))
const lasting = (...durations: number[]) => durations.map((durationMs) => answered(503, durationMs))
const at = (seconds: number, status: number): Visit => ({
  ...{ answer: answered(status), isServed: status === 200 },
  ...{ sentAt: seconds * 1000, answeredAt: seconds * 1000 },
})
const shown = (state: ShownCircuit['state'], failureCount?: number, atSeconds = 0): ShownCircuit => ({
  ...{ answer: answered(200), at: atSeconds * 1000, state, written: state ?? '', failureCount },
})
/** What is said, in English. */
const said = (complaints: Complaints) => {
  const { actual } = judge('', complaints)
  return typeof actual === 'string' ? actual : actual.en
}
const FINE = 'As expected.'

describe('a circuit opens at the fifth failure in a row', () => {
  const four = {
    ...{ first: at(1, 502), atFour: shown('CLOSED', 4), back: at(2, 200), after: shown('CLOSED', 0) },
    controls: [{}, {}] as unknown as NonNullable<Opening['four']>['controls'],
  }
  const five = {
    ...{ first: at(3, 502), atFour: shown('CLOSED', 4), fifth: at(4, 502), atFive: shown('OPEN', 5) },
    stopped: answered(502).evidence,
  }
  const before = {
    atFirst: shown('CLOSED', 0),
    notFound: of(404, 404),
    afterNotFound: at(0, 200),
    controls: [],
  }
  const opening: Opening = { ...before, four, five }
  const early = { ...four, atFour: shown('OPEN', 3), back: at(2, 503) }
  const refusedAfter404: Opening = { ...before, afterNotFound: at(0, 503) }

  test.each<[string, Opening, Visit | undefined, string]>([
    ['as it should', opening, undefined, FINE],
    ['what was seen before is not seen again', { ...before, five }, undefined, FINE],
    ['404s count', refusedAfter404, undefined, '2 answers of 404 in a row opened the circuit'],
    ['at the third', { ...before, four: early }, undefined, 'Four failures in a row opened the circuit'],
    [
      'in total',
      { ...opening, five: { ...five, atFour: shown('OPEN', 5) } },
      undefined,
      'Four failures, a success and four',
    ],
    ['never', opening, at(5, 200), 'Five failures in a row did not open'],
  ])('%s', (_, seen, gotThrough, wanted) => {
    expect(said(judgeOpening(seen, gotThrough))).toContain(wanted)
  })

  test.each<[string, Opening, ShownCircuit | undefined, string]>([
    ['as it is', opening, shown('OPEN', 5, 16), FINE],
    [
      'without a state',
      { ...before, atFirst: shown(undefined) },
      undefined,
      'no state of this circuit; it should be CLOSED',
    ],
    ['without a count', { ...before, atFirst: shown('CLOSED') }, undefined, 'no failure_count'],
    [
      'with another count',
      { ...before, four: { ...four, atFour: shown('CLOSED', 0) } },
      undefined,
      'a failure_count of 0 after 4 failures',
    ],
    ['closed while it is open', opening, shown('CLOSED', 0, 16), 'shows CLOSED; it should be OPEN'],
    ['closed when it may be', opening, shown('CLOSED', 0, 29), FINE],
  ])('and is shown %s', (_, seen, inBetween, wanted) => {
    expect(said(judgeHealth(seen, inBetween, 30_000))).toContain(wanted)
  })
})

describe('an open circuit refuses', () => {
  const orders = { resource: RESOURCES.orders, id: 7 }
  const refusals: Refusals = {
    ...{ answers: lasting(3, 4, 3, 5), gatewayMs: [2, 2, 2, 3], controls: [] },
    ...{ list: answered(503), posted: { answer: answered(503), json: {}, value: 1 } },
  }
  const burst = (held: number, ...statuses: number[]): Burst => ({ held, answers: of(...statuses) })
  test.each<[string, Refusals, Answer | undefined, Burst[], string]>([
    ['at once', refusals, undefined, [burst(1, 503, 200)], FINE],
    [
      'with 200',
      { ...refusals, answers: of(200, 200) },
      undefined,
      [],
      'another status than 502, 503 or 504',
    ],
    ['slowly', { ...refusals, answers: lasting(900, 800) }, undefined, [], 'took 800 ms; 300 ms are enough'],
    [
      'as slowly as the gateway is',
      { ...refusals, answers: lasting(900), gatewayMs: [200] },
      undefined,
      [],
      FINE,
    ],
    ['and stores', refusals, answered(200), [], 'what it sent is stored'],
    ['and sends', refusals, undefined, [burst(3, 503, 503, 503)], '3 requests that were refused'],
  ])('%s', (_, seen, found, bursts, wanted) => {
    expect(said(judgeRefusals(seen, orders, found, bursts))).toContain(wanted)
  })

  const told = (json: unknown, durationMs = 5) => ({ ...answered(200, durationMs), json }) as Answer
  test.each<[string, Answer[], string]>([
    ['are refused', of(503, 503), FINE],
    ['say that orders are missing', [told({ user: { id: 1 }, orders: null, degraded: ['orders'] })], FINE],
    [
      'show the order',
      [told({ user: { id: 1 }, orders: [{ id: 7 }] })],
      'it asks the service past the circuit',
    ],
    ['wait', [told({ user: { id: 1 }, orders: null }, 4_000)], 'details took 4000 ms'],
  ])('and details %s', (_, details, wanted) => {
    expect(said(judgeRefusals({ ...refusals, details }, orders, undefined, []))).toContain(wanted)
  })
})

test('what is refused beside an open circuit is no longer isolated', () => {
  const others = { open: 'users', service: 'orders' } as const
  expect(said(judgeIsolation([{ ...others, seen: at(1, 200), shown: shown('CLOSED') }]))).toBe(FINE)
  const refused = said(judgeIsolation([{ ...others, seen: at(1, 503), shown: shown('OPEN') }]))
  expect(refused).toMatch(/orders is refused as well.*\n.*that of orders shows OPEN/)
})

describe('of an open circuit', () => {
  const closed: Closed = { visits: [at(63, 200)], shown: shown('CLOSED', 0), found: undefined }
  const watched = (end: Reclosing['end']): Reclosing => ({
    ...{ inBetween: shown('OPEN'), firstLook: at(25.5, 503), trial: at(32.1, 502), controls: [], end },
    ...{ startedAt: 32_200, upAt: 32_500 },
  })
  const early = (seconds: number, again?: { upAt: number; served?: number }) =>
    watched({
      ...{ is: 'early', bursts: [], seen: at(seconds, 200) },
      ...(again !== undefined && {
        again: {
          ...{ fifth: at(40, 502), upAt: again.upAt * 1000 },
          served: again.served === undefined ? undefined : at(again.served, 200),
        },
      }),
    })
  const passed = (rest: Partial<Closed> = {}) =>
    watched({ is: 'passed', bursts: [], closed: { ...closed, ...rest } })
  const never = watched({ is: 'never', bursts: [], shown: shown('OPEN') })
  const NOT_SEEN = 'not seen'

  test.each<[string, Reclosing, reset: string, trial: string]>([
    ['one trial fails and the next closes it', passed(), FINE, FINE],
    [
      'the trial is let through at once again',
      early(32.6, { upAt: 41, served: 70.5 }),
      FINE,
      '0.5 s after a failed request that was due as the trial',
    ],
    [
      'the service is back only when it no longer matters',
      early(62.1, { upAt: 69, served: 70 }),
      FINE,
      '30.0 s after a failed request that was due as the trial',
    ],
    [
      'the reset is 36 s, which is over just when the service is back',
      early(36, { upAt: 41, served: 76.1 }),
      'only 36.1 s after the circuit opened, though the service was back soon',
      NOT_SEEN,
    ],
    [
      'the reset is 45 s, which is over just when the service is back',
      early(45, { upAt: 41 }),
      'No request got through for 37.5 s after the circuit opened, though the service was back soon',
      NOT_SEEN,
    ],
    [
      'the reset is 20 s, which is over just when the service is back',
      early(45.5, { upAt: 41, served: 60.1 }),
      'A request got through 20.1 s after the circuit opened.',
      NOT_SEEN,
    ],
    [
      'the reset is 20 s',
      early(45.5),
      '45.5 s after the circuit opened and 13.4 s after a request at 32.1 s',
      NOT_SEEN,
    ],
    ['nothing is let through again', never, 'No request got through for 37.5 s', NOT_SEEN],
    [
      'one trial is not enough',
      passed({ visits: [at(63, 200), at(63, 503)] }),
      FINE,
      'a request after it is refused',
    ],
    ['it stays half-open', passed({ shown: shown('HALF_OPEN') }), FINE, 'the circuit shows HALF_OPEN'],
    ['the count stays', passed({ shown: shown('CLOSED', 5) }), FINE, 'its failure count is still 5'],
  ])('%s', (_, seen, reset, trial) => {
    expect(said(judgeReset(seen, at(0, 502), 30_000))).toContain(reset)
    const decided = judgeTrial(seen, at(0, 502), 30_000)
    expect(decided === undefined ? NOT_SEEN : said(decided)).toContain(trial)
  })
})

test.each([
  ['one is let through, the others are refused', 1, of(503, 200, 503, 503), [0, 0]],
  ['one is let through, the others wait for it', 1, of(200, 200, 200, 200), [0, 0]],
  ['all are let through', 4, of(200, 200, 200, 200), [1, 0]],
  ['two are let through', 2, of(200, 503, 200, 503), [1, 0]],
  ['all are refused and sent', 4, of(503, 503, 503, 503), [0, 4]],
  // The time of the open circuit has ended in the midst of the burst.
  ['some are refused and sent, then one is let through', 3, of(503, 503, 200, 503), [0, 2]],
  ['one is let through and fails', 1, of(503, 502, 503, 503), [0, 0]],
])('of a burst %s', (_, held, answers, wanted) => {
  const burst = { held, answers }
  expect([judgeOneTrial(burst).complaints.length, refusedAndSent(burst).length]).toEqual(wanted)
})

test('where nobody could be held, one that is served while others are refused is proof, and several are not', () => {
  const judged = (...statuses: number[]) =>
    judgeOneTrial({ held: undefined, unseen: 'no table', answers: of(...statuses) })
  expect(judged(503, 200, 503)).toEqual({ complaints: [] })
  expect(judged(200, 200, 503)).toEqual({ complaints: [], undecided: 'no table' })
})

test.each([
  ['refused at once', lasting(3, 4, 3, 5), 3, false],
  ['refused on a busy machine', lasting(300, 900, 400), 200, false],
  ['let through, and timed out', lasting(3, 3_010, 4), 3, true],
  ['let through, and timed out, while the others waited for it', lasting(3_010, 3_020, 3_015), 3, true],
  ['refused as slowly as ever', lasting(6_010, 6_020, 6_900), 6_000, false],
])('%s', (_, answers, refusalMs, wanted) => {
  expect(hasTimedOut(answers, refusalMs)).toBe(wanted)
})
