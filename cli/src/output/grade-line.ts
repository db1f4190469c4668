import { onOneLine } from '@msctl/grader/reports/visible'
import type { GradeEvent } from '@msctl/grader/submissions/grade-all'
import type { Messages } from '../messages/index.ts'
import type { Terminal } from './terminal.ts'

/** Follows the grading of many submissions. */
export interface GradeProgress {
  /** @returns the line to be said, if there is one. */
  add(event: GradeEvent): string | undefined
  /** What is being graded now. */
  activity(): string
}

export function createGradeProgress(terminal: Terminal, { grade, grades }: Messages): GradeProgress {
  const current = new Set<string>()
  return {
    add(event) {
      if (event.type === 'begun') {
        current.add(event.id)
        return undefined
      }
      const { done, of, isOld } = event
      const { id, score, assessable, status, reason } = event.grade
      current.delete(id)
      const mark =
        status === 'passed'
          ? terminal.green
          : status === 'error' || status === 'undecided'
            ? terminal.yellow
            : terminal.red
      const points = assessable === 0 ? '' : ` ${score}/${assessable}`
      const start = `[${done}/${of}] ${onOneLine(id)}  `
      const verdict = `${grades.statuses[status]}${points}${isOld ? ` ${grade.before}` : ''}`
      const left = Math.max(10, terminal.width - start.length - verdict.length - 3)
      return `${start}${mark(verdict)}  ${terminal.dim(onOneLine(reason).slice(0, left))}`.trimEnd()
    },
    activity: () => [...current].map(onOneLine).join(', '),
  }
}
