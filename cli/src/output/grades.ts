import type { Grade, Grades } from '@msctl/grader/reports/grades'
import { onOneLine, shorten } from '@msctl/grader/reports/visible'
import type { RenderContext, Rendering } from '../context.ts'
import { renderTable } from './table.ts'
import type { Mark, Terminal } from './terminal.ts'

/** A line a submission, and how many passed. */
export function renderGrades({ submissions }: Grades, { messages, terminal }: RenderContext): Rendering {
  const { columns, statuses, summary } = messages.grades
  const rows = submissions.map(({ id, score, assessable, percent, status, reason }) => [
    { text: onOneLine(id), mark: terminal.bold },
    { text: assessable === 0 ? '–' : `${score}/${assessable}` },
    { text: assessable === 0 ? '' : `${percent} %` },
    { text: statuses[status], mark: markOf(status, terminal) },
    { text: shorten(onOneLine(reason), 80, () => '…'), mark: terminal.dim },
  ])
  const heads = [
    { title: columns.id },
    { title: columns.points, align: 'right' as const },
    { title: '', align: 'right' as const },
    { title: columns.status },
    { title: columns.reason },
  ]
  const passed = submissions.filter((each) => each.passed).length
  const table = renderTable(heads, rows, terminal.width, terminal.dim)
  return { result: `${table}\n\n${summary(passed, submissions.length)}` }
}

function markOf(status: Grade['status'], terminal: Terminal): Mark {
  if (status === 'passed') return terminal.green
  return status === 'below' || status === 'not-ready' || status === 'refused' ? terminal.red : terminal.yellow
}
