import { EXIT } from '@msctl/grader/exit'
import { parseReportRequest, REPORT_FORMATS } from '@msctl/grader/reports/formats'
import { isUnstarted, verdictOf } from '@msctl/grader/reports/verdict'
import { BY_HAND, type ManualPoints } from '@msctl/grader/run/manual-points'
import { Report } from '@msctl/grader/run/report'
import { defineEntries, type SingleAction } from '../../command.ts'
import { type Reader, repeated, wholeNumber } from '../../menu/readers.ts'
import { messages as common } from '../../messages/common.ts'
import { messages } from './messages.ts'
import { addGradingOptions, addTargetOptions } from './options.ts'
import { renderVerify } from './print.ts'
import type { VerifyOptions } from './run-verify.ts'
import { selfTest } from './self-test.ts'

/** `msctl verify` */
const verify: SingleAction<VerifyOptions, Report> = {
  async run(options, context) {
    const { runVerify } = await import('./run-verify.ts')
    return runVerify(options, context)
  },
  render: renderVerify,
  /** 3 when it never started, 1 below the pass mark, 4 when the grading itself went wrong somewhere, 130 when it was ended early. */
  exitCode(report) {
    if (!report.run.complete) return EXIT.interrupted
    if (isUnstarted(report)) return EXIT.unreachable
    const verdict = verdictOf(report)
    return verdict === 'passed' ? EXIT.done : verdict === 'below' ? EXIT.failed : EXIT.environment
  },
}

/** The self-test grades what msctl brings, and this is about something else. */
const NOT_FOR_SELF_TEST: readonly (keyof VerifyOptions | 'url')[] = [
  ...(['url', 'control', 'redis', 'db', 'source', 'compose', 'map', 'project', 'ready', 'name'] as const),
  ...(['skip', 'rubric', 'strict', 'lint', 'seed', 'reset', 'manual', 'report', 'repeat'] as const),
]

export const entries = defineEntries(messages, ({ options, aMark, aRepeat, idle }, language) => {
  const marks: Reader<ManualPoints> = {
    wanted: aMark(BY_HAND.join(', ')),
    read: (given) => {
      const [, name, points] = /^([a-z-]+)=(\d{1,3})$/.exec(given) ?? []
      const criterion = BY_HAND.find((each) => each === name)
      return criterion && { criterion, points: Number(points) }
    },
  }
  const reports = { wanted: common[language].aReport(REPORT_FORMATS.join(', ')), read: parseReportRequest }
  return [
    {
      name: 'verify',
      examples: [
        'msctl verify',
        'msctl verify --url http://127.0.0.1:9000 --control ./ctl --redis redis://127.0.0.1:6379',
        'msctl verify --only caching,payments --report html=report.html',
      ],
      configure: (command) =>
        addGradingOptions(addTargetOptions(command))
          .valueOption('--manual <criterion=points>', options.manual, repeated(marks))
          .valueOption('--report <format=file>', options.report, repeated(reports))
          .valueOption('--repeat <n>', options.repeat, wholeNumber(aRepeat, 100, 1))
          .option('--self-test', options.selfTest)
          .valueOption('--jobs <n>', options.jobs, wholeNumber(aRepeat, 100, 1)),
      takesUrl: true,
      idle(given: { readonly selfTest?: boolean; readonly compose?: string; readonly url?: string }) {
        if (given.selfTest === true)
          return Object.fromEntries(NOT_FOR_SELF_TEST.map((name) => [name, idle.selfTest]))
        const { jobs, url, compose } = idle
        if (given.compose !== undefined) return { jobs, url }
        return { jobs, map: compose, project: compose, ready: compose }
      },
      action: (given: { readonly selfTest?: boolean }) => (given.selfTest === true ? selfTest : verify),
      json: Report,
    },
  ]
})
