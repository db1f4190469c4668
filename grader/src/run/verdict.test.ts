import { expect, test } from 'vitest'
import { expectedTotal, runSchedule } from './schedule.ts'
import { judgeCheck, worstOf } from './verdict.ts'

const finding = { held: true, expected: 'a', actual: 'b' }
const dependency = (status: 'pass' | 'fail' | 'error' | 'not-assessed') => [{ id: 'first', status }]

test.for([
  [{ by: 'finding', finding }, [], 'pass'],
  [{ by: 'finding', finding: { ...finding, held: false } }, [], 'fail'],
  [{ by: 'finding', finding: { ...finding, undecided: 'noise' } }, [], 'not-assessed'],
  [{ by: 'nothing', status: 'error', reason: 'gone' }, [], 'error'],
  [{ by: 'nothing', status: 'not-assessed', reason: 'no Redis' }, dependency('fail'), 'not-assessed'],
  [
    { by: 'nothing', status: 'fail', reason: 'no Redis', because: 'compose.redis' },
    dependency('error'),
    'fail',
  ],
  // What it depends on failed: it fails, whatever it found, or did not come to find.
  [{ by: 'finding', finding }, dependency('fail'), 'fail'],
  [{ by: 'nothing', status: 'error', reason: 'gone' }, dependency('fail'), 'fail'],
  [{ by: 'finding', finding }, dependency('error'), 'error'],
  [{ by: 'finding', finding }, dependency('not-assessed'), 'not-assessed'],
  [{ by: 'finding', finding }, dependency('pass'), 'pass'],
  // What it found wrong itself stands on its own.
  [{ by: 'finding', finding: { ...finding, held: false } }, dependency('error'), 'fail'],
] as const)('a check of which came %j, depending on %j: %s', ([outcome, dependencies, status]) => {
  expect(judgeCheck(outcome, dependencies).status).toBe(status)
})

test('a check that fell with another says with which', () => {
  const verdict = judgeCheck({ by: 'finding', finding }, dependency('fail'))
  expect(verdict).toMatchObject({ because: 'first', reason: { en: expect.stringContaining('first') } })
})

test('a failure that is explained by another check that failed says so, and stands by itself otherwise', () => {
  const explained = { by: 'finding', finding: { ...finding, held: false, restsOn: ['first'] } } as const
  expect(judgeCheck(explained, dependency('fail'))).toMatchObject({ status: 'fail', because: 'first' })
  expect(judgeCheck(explained, dependency('pass'))).toEqual({ status: 'fail', reason: 'b' })
})

test('of several attempts a failure counts most, then an error', () => {
  expect(worstOf(['pass', 'fail', 'error'])).toBe('fail')
  expect(worstOf(['pass', 'error'])).toBe('error')
  expect(worstOf(['pass', 'pass'])).toBe('pass')
})

test('what uses the same waits, in order, and everything else goes on', async () => {
  const bookings = [
    { name: 'a', uses: ['users'], expectedMs: 10 },
    { name: 'b', uses: ['orders'], expectedMs: 30 },
    { name: 'c', uses: ['users', 'orders'], expectedMs: 5 },
    { name: 'd', uses: [], expectedMs: 1 },
  ]
  const said: string[] = []
  const ends = new Map<string, () => void>()
  const done = runSchedule(bookings, async ({ name }) => {
    said.push(`${name}(`)
    await new Promise<void>((resolve) => ends.set(name, resolve))
    said.push(`${name})`)
  })
  const end = async (name: string) => {
    await expect.poll(() => ends.has(name)).toBe(true)
    ends.get(name)?.()
  }
  await end('d')
  await end('a')
  await end('b')
  await end('c')
  await done
  expect(said.slice(0, 3).toSorted()).toEqual(['a(', 'b(', 'd('])
  expect(said.indexOf('c(')).toBeGreaterThan(said.indexOf('b)'))
  expect(expectedTotal(bookings)).toBe(35)
})
