import * as z from 'zod/mini'
import { CriterionId } from './report.ts'
import standard from './rubric.json' with { type: 'json' }

const Points = z.int().check(z.nonnegative())

/** Which check is worth how much. The points of a criterion's checks add up to those of the criterion. */
export const Rubric = z
  .object({
    /** In percent of the points that could be assessed. */
    passMark: z.number().check(z.gte(0), z.lte(100)),
    criteria: z.array(z.object({ id: CriterionId, points: Points, checks: z.record(z.string(), Points) })),
  })
  .check(
    z.superRefine(({ criteria }, context) => {
      for (const { id, points, checks } of criteria) {
        const sum = Object.values(checks).reduce((total, each) => total + each, 0)
        // A criterion whose checks are yet to be written has none, and is then not assessed.
        if (sum === points || Object.keys(checks).length === 0) continue
        context.issues.push({
          code: 'custom',
          input: checks,
          path: ['criteria', id],
          message: `The points of its checks add up to ${sum}, not to ${points}.`,
        })
      }
    }),
  )
export type Rubric = z.infer<typeof Rubric>

/** The rubric of the assignment: 100 points, passed with 60. */
export const STANDARD_RUBRIC: Rubric = z.parse(Rubric, standard)

/** What a check is worth; nothing when the rubric does not name it. */
export function pointsOf(rubric: Rubric, checkId: string): number {
  for (const { checks } of rubric.criteria) if (checkId in checks) return checks[checkId] ?? 0
  return 0
}
