// Every point is somebody's: each check of the experiments is in the rubric, and each of the rubric's is one of theirs.
import { expect, test } from 'vitest'
import { STANDARD_RUBRIC } from '../run/rubric.ts'
import { checksOf } from '../run/select-checks.ts'
import { EXPERIMENTS } from './index.ts'

const all = EXPERIMENTS.flatMap(checksOf)
const scored = all.filter(({ isAdvice = false }) => !isAdvice)

test('the rubric of the assignment is worth 100 points, each check at least one', () => {
  const { criteria } = STANDARD_RUBRIC
  expect(criteria.reduce((sum, { points }) => sum + points, 0)).toBe(100)
  for (const { checks } of criteria) expect(Math.min(...Object.values(checks))).toBeGreaterThanOrEqual(1)
})

test('the rubric names the checks that there are', () => {
  const named = STANDARD_RUBRIC.criteria.flatMap(({ id, checks }) =>
    id === 'code-quality' ? [] : Object.keys(checks),
  )
  expect(new Set(named)).toEqual(new Set(scored.map(({ id }) => id)))
  for (const { id, criterion } of scored)
    expect(STANDARD_RUBRIC.criteria.find((each) => each.id === criterion)?.checks).toHaveProperty([id])
})

test('no id is used twice, and a check depends on checks that there are', () => {
  const ids = all.map(({ id }) => id)
  expect(ids.length).toBe(new Set(ids).size)
  for (const { dependsOn = [] } of all) expect(ids).toEqual(expect.arrayContaining([...dependsOn]))
})

test('what is said is said in both languages', () => {
  for (const { title, why, hint } of all)
    for (const text of [title, why, hint])
      if (typeof text !== 'string') expect([text.en, text.ru]).not.toContain('')
})
