import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import { Failure } from '../failure.ts'
import { Report } from '../run/report.ts'

/**
 * A stored JSON report.
 *
 * @throws {Failure} `report-unreadable` when there is none, or its totals are not those of its checks.
 */
export async function readReport(file: string): Promise<Report> {
  const fail = (reason: string, cause?: unknown) =>
    new Failure('report-unreadable', { file, reason }, { cause })
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw fail(error.message, error)
  })
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw fail('It is not JSON.', error)
  }
  const parsed = Report.safeParse(data)
  if (!parsed.success)
    throw fail(z.prettifyError(parsed.error).split('\n').slice(0, 3).join(' '), parsed.error)
  const wrong = findWrongTotal(parsed.data)
  if (wrong !== undefined) throw fail(wrong)
  return parsed.data
}

/** What does not add up in a report: somebody has edited it by hand, perhaps. */
function findWrongTotal({ checks, criteria, ...total }: Report): string | undefined {
  const isJudged = ({ status }: Report['checks'][number]) => status === 'pass' || status === 'fail'
  const add = (points: readonly number[]) => points.reduce((sum, each) => sum + each, 0)
  const sums = [
    ...criteria.map(
      (criterion) =>
        [criterion.id, criterion, checks.filter((check) => check.criterion === criterion.id)] as const,
    ),
    ['the report', total, checks] as const,
  ]
  for (const [name, stated, own] of sums) {
    const counted = {
      score: add(own.map(({ points }) => points)),
      assessable: add(own.filter(isJudged).map(({ maxPoints }) => maxPoints)),
    }
    for (const key of ['score', 'assessable'] as const) {
      if (stated[key] !== counted[key])
        return `Its checks add up to ${key} ${counted[key]}, but ${name} says ${stated[key]}.`
    }
  }
  return undefined
}
