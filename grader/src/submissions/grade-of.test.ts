import { expect, test } from 'vitest'
import { exampleReport } from '../reports/example-report.ts'
import { gradeOf } from './grade-of.ts'

test.for([
  ['en', 'and 2 more'],
  ['ru', 'и ещё 2'],
] as const)(
  'of many checks that failed the first five are named, and the others counted (%s)',
  ([language, more]) => {
    const report = exampleReport(language)
    const [check] = report.checks.filter(({ status }) => status === 'fail')
    if (check === undefined) throw new Error('The example has no failed check')
    const checks = Array.from({ length: 7 }, (_, index) => {
      const { because: _because, ...failed } = check
      return { ...failed, id: `caching.${index}` }
    })
    const { reason } = gradeOf('ann', { ...report, checks, passed: false })
    expect(reason).toBe(`caching.0, caching.1, caching.2, caching.3, caching.4, ${more}`)
  },
)
