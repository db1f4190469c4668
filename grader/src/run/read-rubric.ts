import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import { Failure } from '../failure.ts'
import { Rubric, STANDARD_RUBRIC } from './rubric.ts'

/** The rubric in a file, or that of the assignment. @throws Failure `rubric-unusable`. */
export async function readRubric(file: string | undefined): Promise<Rubric> {
  if (file === undefined) return STANDARD_RUBRIC
  try {
    return z.parse(Rubric, JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
    throw new Failure('rubric-unusable', { file, reason }, { cause: error })
  }
}
