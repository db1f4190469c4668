import { expect, test } from 'vitest'
import type { CheckStatus } from '../run/report.ts'
import { explainVerdict } from './describe.ts'
import { exampleReport } from './example-report.ts'
import { complete } from './sample-report.ts'
import { percentOf, verdictOf } from './verdict.ts'

const { checks, advice, timeline, run } = exampleReport('en')
const of = (statuses: readonly CheckStatus[], isComplete = true) =>
  complete({
    advice,
    timeline,
    run: { ...run, complete: isComplete },
    checks: statuses.flatMap((status, index) => {
      const [check] = checks.slice(index)
      return check === undefined
        ? []
        : [{ ...check, status, maxPoints: 1, points: status === 'pass' ? 1 : 0 }]
    }),
  })

test.for<[string, 'passed' | 'below' | 'undecided', CheckStatus[], boolean?]>([
  ['enough points', 'passed', ['pass', 'pass', 'fail']],
  ['exactly the pass mark', 'passed', ['pass', 'pass', 'pass', 'fail', 'fail']],
  ['too few points', 'below', ['pass', 'fail']],
  ['not assessed counts for nothing', 'passed', ['pass', 'not-assessed', 'not-assessed']],
  ['an error, though the points would do', 'undecided', ['pass', 'pass', 'error']],
  ['an error, with too few points', 'undecided', ['fail', 'fail', 'error']],
  ['nothing that could be judged', 'undecided', ['not-assessed']],
  ['no check at all', 'undecided', []],
  ['ended early', 'undecided', ['pass', 'fail', 'fail'], false],
])('%s: %s', ([, verdict, statuses, isComplete]) => {
  expect(verdictOf(of(statuses, isComplete))).toBe(verdict)
})

test('a percentage is never rounded up to a mark', () => {
  expect(percentOf({ score: 5_999, assessable: 10_000 })).toBe(59.9)
  expect(percentOf({ score: 2, assessable: 3 })).toBe(66.6)
  expect(percentOf({ score: 0, assessable: 0 })).toBe(0)
})

test('says so when only advice stands against a pass', () => {
  expect(explainVerdict({ ...of(['pass']), passed: false })).toContain('--strict')
  expect(explainVerdict(of(['fail']))).toBe('Below the pass mark of 60 %.')
})
