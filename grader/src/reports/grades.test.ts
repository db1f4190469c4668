import { expect, test } from 'vitest'
import { type Grade, gradesOf, mergeGrades, renderGradesCsv } from './grades.ts'

const grade = (id: string, changes: Partial<Grade> = {}): Grade => ({
  id,
  score: 72,
  assessable: 85,
  maxScore: 100,
  percent: 84.7,
  passed: true,
  status: 'passed',
  reason: '',
  ...changes,
})

test('shards in any order are what one run would have been', () => {
  const all = ['Ярослав', 'ann', 'team-10', 'team-2'].map((id) => grade(id))
  const shards = [gradesOf([all[2], all[0]] as Grade[]), gradesOf([all[3], all[1]] as Grade[])]
  expect(mergeGrades(shards)).toEqual(gradesOf(all))
  expect(mergeGrades(shards.toReversed())).toEqual(gradesOf(all))
  expect(gradesOf(all).submissions.map(({ id }) => id)).toEqual(['ann', 'team-10', 'team-2', 'Ярослав'])
})

test('a submission that was graded twice is not chosen from', () => {
  expect(() => mergeGrades([gradesOf([grade('ann')]), gradesOf([grade('ann', { score: 1 })])])).toThrow('ann')
})

test('what was not graded has no points, and not 0 either', () => {
  const none = { score: 0, assessable: 0, maxScore: 0, percent: 0, passed: false } as const
  const csv = renderGradesCsv(gradesOf([grade('a', { ...none, status: 'missing', reason: 'Nothing.' })]))
  expect(csv.split('\r\n')[1]).toBe('a,,,,,,missing,Nothing.')
})

test('the CSV is quoted where it must be, and holds no formulas', () => {
  const grades = gradesOf([
    grade('a'),
    grade('b', { passed: false, status: 'not-ready', reason: 'It said: "no",\nthen ended' }),
    grade('=cmd()', { reason: '@SUM(A1)' }),
  ])
  expect(renderGradesCsv(grades)).toBe(
    [
      'id,score,assessable,maxScore,percent,passed,status,reason',
      "'=cmd(),72,85,100,84.7,true,passed,'@SUM(A1)",
      'a,72,85,100,84.7,true,passed,',
      'b,72,85,100,84.7,false,not-ready,"It said: ""no"",\nthen ended"',
      '',
    ].join('\r\n'),
  )
})
