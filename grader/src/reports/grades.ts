import * as z from 'zod/mini'

const Points = z.int().check(z.nonnegative())

/** What came of one submission. */
export const Grade = z.object({
  /** The name of its folder. */
  id: z.string(),
  /** As in a report: points, and those that could be judged. */
  score: Points,
  assessable: Points,
  maxScore: Points,
  percent: z.number(),
  passed: z.boolean(),
  /**
   * `passed`, `below` and `undecided` are the verdicts of its report. `not-ready`: it was started, and never answered.
   * `missing`: nothing was handed in. `refused`: it was not started, for `reason`. `error`: the grading itself failed. `interrupted`: it
   * was ended early.
   */
  status: z.enum(['passed', 'below', 'undecided', 'not-ready', 'missing', 'refused', 'error', 'interrupted']),
  /** Why there is no verdict, or what failed first; in the language of the run. Empty when all is well. */
  reason: z.string(),
})
export type Grade = z.infer<typeof Grade>

/** What came of many submissions, or of one shard of them: `grades.json` in the folder of a `msctl grade`. */
export const Grades = z.object({
  schema: z.literal('msctl.grades/v1'),
  /** By id. */
  submissions: z.array(Grade),
})
export type Grades = z.infer<typeof Grades>

/** Shards as one: the same as if they had been one run. @throws {Error} when two of them have the same submission. */
export function mergeGrades(shards: readonly Grades[]): Grades {
  const all = shards.flatMap(({ submissions }) => submissions)
  const ids = all.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(twice)
  return gradesOf(all)
}

/** Grades in their order, which is that of their ids' characters and the same on every machine. */
export function gradesOf(submissions: readonly Grade[]): Grades {
  const inOrder = submissions.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0))
  return { schema: 'msctl.grades/v1', submissions: inOrder }
}

const POINTS: ReadonlySet<string> = new Set(['score', 'assessable', 'maxScore', 'percent', 'passed'])
const COLUMNS = ['id', 'score', 'assessable', 'maxScore', 'percent', 'passed', 'status', 'reason'] as const

/** As RFC 4180 has it: `grades.csv`, for spreadsheets and gradebooks. Of what was not graded there are no points: not even 0. */
export function renderGradesCsv({ submissions }: Grades): string {
  const rows = submissions.map((grade) =>
    COLUMNS.map((column) => (grade.maxScore === 0 && POINTS.has(column) ? '' : cell(grade[column]))),
  )
  return [COLUMNS, ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

function cell(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  // A spreadsheet would take it for a formula, and run it.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
