import { EXIT } from '@msctl/grader/exit'
import { isReportFormat, REPORT_FORMATS, type ReportFormat } from '@msctl/grader/reports/formats'
import { type Grade, Grades } from '@msctl/grader/reports/grades'
import { onOneLine, shorten } from '@msctl/grader/reports/visible'
import type { Cleaned } from '@msctl/grader/submissions/clean'
import type { GradeEvent } from '@msctl/grader/submissions/grade-all'
import type { Shard } from '@msctl/grader/submissions/submissions'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../../command.ts'
import type { Context, RenderContext, Rendering } from '../../context.ts'
import { type Reader, wholeNumber } from '../../menu/readers.ts'
import { messages as common } from '../../messages/common.ts'
import { renderTable } from '../../print/table.ts'
import type { Mark, Terminal } from '../../print/terminal.ts'
import { addGradingOptions, timeLimit } from '../verify/options.ts'
import { messages } from './messages.ts'
import type { GradeOptions } from './run-grade.ts'

const GRADED: ReadonlySet<Grade['status']> = new Set(['passed', 'below', 'not-ready', 'missing'])

/** `msctl grade` */
const grade: SingleAction<GradeOptions, Grades> = {
  async run(options, context) {
    const { runGrade } = await import('./run-grade.ts')
    return runGrade(options, context, followGrades(context))
  },
  render: renderGrades,
  /** Grading is done when every submission has a grade; what grade that is, is no failure of ours. */
  exitCode({ submissions }) {
    if (submissions.some(({ status }) => status === 'interrupted')) return EXIT.interrupted
    return submissions.every(({ status }) => GRADED.has(status)) ? EXIT.done : EXIT.environment
  },
}

const CleanedJson = z.object({ removed: z.array(z.string()), left: z.array(z.string()) })

/** `msctl grade --clean` */
const clean: SingleAction<object, Cleaned> = {
  async run(_options, { env }) {
    const { cleanUpDead } = await import('@msctl/grader/submissions/clean')
    return cleanUpDead(env)
  },
  render({ removed, left }, { language, terminal }) {
    const words = messages[language]
    const what = removed.length === 0 ? words.nothingLeft : words.cleaned(removed.join(', '))
    return { result: [what, ...left.map((line) => terminal.yellow(onOneLine(line)))].join('\n') }
  },
  exitCode: ({ left }) => (left.length === 0 ? EXIT.done : EXIT.environment),
}

/** Shows a line for each submission that is graded, and which ones are being graded. */
function followGrades({ language, onEvent }: Context): (event: GradeEvent) => void {
  const { statuses, before } = messages[language]
  const current = new Set<string>()
  const tell = (event: GradeEvent, terminal: Terminal): string | undefined => {
    if (event.type === 'begun') return undefined
    const { done, of, isOld } = event
    const { id, score, assessable, status, reason } = event.grade
    const isFaultOfOurs = status === 'error' || status === 'undecided'
    const mark = status === 'passed' ? terminal.green : isFaultOfOurs ? terminal.yellow : terminal.red
    const points = assessable === 0 ? '' : ` ${score}/${assessable}`
    const start = `[${done}/${of}] ${onOneLine(id)}  `
    const verdict = `${statuses[status]}${points}${isOld ? ` ${before}` : ''}`
    const left = Math.max(10, terminal.width - start.length - verdict.length - 3)
    return `${start}${mark(verdict)}  ${terminal.dim(onOneLine(reason).slice(0, left))}`.trimEnd()
  }
  return (event) => {
    if (event.type === 'begun') current.add(event.id)
    else current.delete(event.grade.id)
    onEvent({
      type: 'told',
      lines: (terminal) => tell(event, terminal),
      activity: () => [...current].map(onOneLine).join(', '),
    })
  }
}

/** A line a submission, and how many passed. */
export function renderGrades({ submissions }: Grades, { language, terminal }: RenderContext): Rendering {
  const { columns, statuses, summary } = messages[language]
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

export const entries = defineEntries(messages, (words, language) => {
  /** `2/5`: the second of five. */
  const shard: Reader<Shard> = {
    wanted: words.aShard,
    read: (given) => {
      const [, index, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(given) ?? []).map(Number)
      return index === undefined || of === undefined || index < 1 || index > of ? undefined : { index, of }
    },
  }
  const formats: Reader<readonly ReportFormat[]> = {
    wanted: words.someFormats(REPORT_FORMATS.join(', ')),
    read: (given) => {
      const names = given.split(',')
      return names.every(isReportFormat) ? names : undefined
    },
  }
  return [
    {
      name: 'grade',
      examples: [
        'msctl grade submissions',
        'msctl grade submissions --jobs 2 --out grades-again',
        'msctl grade submissions --shard 2/5 --out grades-2',
      ],
      configure: (command) =>
        addGradingOptions(
          command
            .argument('[submissions]', words.arguments.submissions)
            .option('--out <folder>', words.options.out)
            .valueOption('--jobs <n>', words.options.jobs, wholeNumber(common[language].aCount, 64, 1))
            .valueOption('--shard <part>', words.options.shard, shard)
            .option('--again', words.options.again)
            .option('--clean', words.options.clean)
            .valueOption('--time-limit <time>', words.options.timeLimit, timeLimit(language))
            .valueOption('--ready <time>', words.options.ready, timeLimit(language))
            .valueOption('--report <formats>', words.options.formats, formats),
        ),
      action: (given: { readonly clean?: boolean }) => (given.clean === true ? clean : grade),
      json: z.union([Grades, CleanedJson]),
    },
  ]
})
