import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod/mini'
import { Grade, type Grades, gradesOf, renderGradesCsv } from '../reports/grades.ts'
import { gradeWithout } from './grade-of.ts'
import { type GradeOptions, gradeSubmission, readGrade } from './grade-submission.ts'
import type { Submission } from './submissions.ts'

/** What happens while many are graded. */
export type GradeEvent =
  | { readonly type: 'begun'; readonly id: string }
  | {
      readonly type: 'graded'
      readonly grade: Grade
      readonly done: number
      readonly of: number
      /** It had been graded before. */
      readonly isOld: boolean
    }

export interface GradeAllOptions extends GradeOptions {
  readonly jobs: number
  /** Grades again what has been graded. */
  readonly again: boolean
  /** What is said of those that were not reached. */
  readonly interrupted: string
  readonly onEvent: (event: GradeEvent) => void
}

/** What is graded again when somebody goes on: nobody's verdict on it is known. */
const UNFINISHED: ReadonlySet<Grade['status']> = new Set(['error', 'undecided', 'missing', 'interrupted'])

/**
 * Grades submissions, so many at once, each by itself: whatever happens to one, the others go on. What has been graded before is not
 * graded again, unless the grading itself went wrong. The tables (`grades.csv`, `grades.json`) are written anew after each.
 */
export async function gradeAll(
  submissions: readonly Submission[],
  options: GradeAllOptions,
): Promise<Grades> {
  const { out, jobs, again, interrupted, signal, onEvent } = options
  await mkdir(out, { recursive: true })
  const done = new Map<string, Grade>()
  let writing: Promise<void> = Promise.resolve()
  const note = (grade: Grade, isOld: boolean) => {
    done.set(grade.id, grade)
    onEvent({ type: 'graded', grade, done: done.size, of: submissions.length, isOld })
    writing = writing.then(() => writeTables(out, gradesOf([...done.values()])))
  }

  const queue = [...submissions]
  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const { id } = next
      const before = again ? undefined : z.safeParse(Grade, await readGrade(out, id)).data
      if (before !== undefined && !UNFINISHED.has(before.status)) {
        note(before, true)
        continue
      }
      onEvent({ type: 'begun', id })
      try {
        note(await gradeSubmission(next, options), false)
      } catch (error) {
        if (signal.aborted) return
        note(gradeWithout(id, 'error', (error as Error).message), false)
      }
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  await writing
  await writeTables(out, gradesOf([...done.values()]))
  return gradesOf(submissions.map(({ id }) => done.get(id) ?? gradeWithout(id, 'interrupted', interrupted)))
}

/** Nobody ever sees half a table. */
async function writeTables(out: string, grades: Grades): Promise<void> {
  const write = async (name: string, text: string) => {
    await writeFile(path.join(out, `.${name}`), text)
    await rename(path.join(out, `.${name}`), path.join(out, name))
  }
  await write('grades.json', `${JSON.stringify(grades, null, 2)}\n`)
  await write('grades.csv', renderGradesCsv(grades))
}
