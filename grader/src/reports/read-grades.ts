import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod/mini'
import { Failure } from '../failure.ts'
import { Grades } from './grades.ts'

/** The grades of a shard, and the folder that they are in, with the reports beside them. */
export interface StoredGrades {
  readonly folder: string
  readonly grades: Grades
}

/**
 * What `msctl grade` has left in a folder.
 *
 * @param place the folder, or its `grades.json`. @throws {Failure} `grades-unreadable`.
 */
export async function readGrades(place: string): Promise<StoredGrades> {
  const fail = (reason: string, cause?: unknown) =>
    new Failure('grades-unreadable', { file: place, reason }, { cause })
  try {
    const file = (await stat(place)).isDirectory() ? path.join(place, 'grades.json') : place
    const grades = z.parse(Grades, JSON.parse(await readFile(file, 'utf8')))
    // An id becomes the name of a folder.
    const wrong = grades.submissions.find(({ id }) => id !== path.basename(id) || /^\.*$/.test(id))
    if (wrong !== undefined) throw new Error(`"${wrong.id}" is no name of a folder.`)
    return { folder: path.dirname(file), grades }
  } catch (error) {
    const reason = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
    throw fail(reason.split('\n').slice(0, 3).join(' '), error)
  }
}
