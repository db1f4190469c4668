import { cp, mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Grades, mergeGrades, renderGradesCsv } from '@msctl/grader/reports/grades'
import { readGrades, type StoredGrades } from '@msctl/grader/reports/read-grades'
import { Failure } from '../failure.ts'

export { renderGrades as render } from '../output/grades.ts'

export interface MergeOptions {
  /** Folders that `msctl grade` has written to, or their `grades.json`. */
  readonly shards: readonly string[]
  readonly out?: string | undefined
}

/** `msctl report merge` */
export async function run({ shards, out }: MergeOptions): Promise<Grades> {
  const stored = await Promise.all(shards.map(readGrades))
  const seen = new Map<string, string>()
  for (const [index, { grades }] of stored.entries()) {
    const shard = shards[index] ?? ''
    for (const { id } of grades.submissions) {
      const other = seen.get(id)
      if (other !== undefined) throw new Failure('grades-overlap', { id, shards: [other, shard] })
      seen.set(id, shard)
    }
  }
  const merged = mergeGrades(stored.map(({ grades }) => grades))
  if (out !== undefined) await writeMerged(merged, stored, out)
  return merged
}

/** The folder that one run over everything would have left: the grades, and each submission's reports. */
async function writeMerged(merged: Grades, stored: readonly StoredGrades[], out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    for (const { folder, grades } of stored) {
      for (const { id } of grades.submissions) {
        const from = path.join(folder, id)
        const isThere = await stat(from).then(
          (found) => found.isDirectory(),
          () => false,
        )
        if (isThere && path.resolve(from) !== path.resolve(out, id))
          await cp(from, path.join(out, id), { recursive: true })
      }
    }
    await writeFile(path.join(out, 'grades.csv'), renderGradesCsv(merged))
    await writeFile(path.join(out, 'grades.json'), `${JSON.stringify(merged, null, 2)}\n`)
  } catch (error) {
    throw new Failure('report-unwritable', { file: out, reason: (error as Error).message }, { cause: error })
  }
}
