import { EXIT } from '@msctl/grader/exit'
import { defineEntries, type SingleAction } from '../../command.ts'
import type { RenderContext } from '../../context.ts'
import { findGateway } from '../../gateway-url.ts'
import { duration, matching, wholeNumber } from '../../menu/readers.ts'
import { formatDuration, formatLatency } from '../../print/amounts.ts'
import { renderTable } from '../../print/table.ts'
import { messages } from './messages.ts'
import { LoadReport } from './report.ts'

export interface LoadOptions {
  readonly rps?: number | undefined
  /** In milliseconds. */
  readonly duration?: number | undefined
  readonly path?: string | undefined
  readonly allowRemote?: boolean | undefined
}

/** How long a load may last at the most, in milliseconds. */
const MAX_DURATION_MS = 600_000
const MAX_BAR_WIDTH = 40

/** `msctl load` */
export const load: SingleAction<LoadOptions, LoadReport> = {
  async run(options, context) {
    const { rps = 50, duration: durationMs = 10_000, path = '/users/1', allowRemote = false } = options
    const { url: base } = await findGateway(context)
    const { loadGateway } = await import('./run-load.ts')
    return loadGateway(base, { path, rps, durationMs, allowRemote }, context)
  },

  /** What was sent, what came back, how long it took, and how that is distributed. */
  render(report, { language, terminal }) {
    const { asked, sent, failed, rps, answers, errors, latencyMs, histogram, interrupted } = report
    const words = messages[language]
    const { pathname, search } = new URL(report.url)
    const counts = Object.entries({ ...answers, ...errors }).map(([name, count]) => `${name} × ${count}`)
    const facts: [string, string][] = [
      [words.sent, `${sent}  ${terminal.dim(words.rate(String(rps)))}`],
      [words.failed, failed === 0 ? terminal.green('0') : terminal.red(String(failed))],
      [words.answers, counts.join(', ') || '-'],
    ]
    if (latencyMs !== null) {
      const { p50, p90, p99, max } = latencyMs
      const each = Object.entries({ p50, p90, p99, max }).map(
        ([name, ms]) => `${name} ${formatLatency(ms, language)}`,
      )
      facts.push([words.latency, each.join('  ')])
    }
    const width = Math.max(...facts.map(([name]) => name.length))
    const hints = [
      ...(interrupted ? [words.interrupted] : []),
      ...(sent > 0 && answers['404'] === sent ? [words.notFound] : []),
    ]
    const parts = [
      terminal.bold(words.target(pathname + search, asked.rps, formatDuration(asked.durationMs, language))),
      facts.map(([name, value]) => `${terminal.dim(name.padEnd(width))}  ${value}`).join('\n'),
      ...(histogram.length > 0 ? [renderHistogram(histogram, terminal, language)] : []),
    ]
    return { result: parts.join('\n\n'), ...(hints.length > 0 && { hints: hints.join('\n') }) }
  },

  /** 1 when any request failed. */
  exitCode({ failed, interrupted }) {
    if (interrupted) return EXIT.interrupted
    return failed > 0 ? EXIT.failed : EXIT.done
  },
}

/** A line a bucket: from which latency on, how many answers, and a bar. */
function renderHistogram(
  histogram: LoadReport['histogram'],
  { width, cyan, dim }: RenderContext['terminal'],
  language: RenderContext['language'],
): string {
  const most = Math.max(...histogram.map(({ count }) => count))
  const digits = String(most).length
  const barWidth = Math.min(MAX_BAR_WIDTH, Math.max(4, width - digits - 14))
  const rows = histogram.map(({ fromMs, count }) => [
    { text: `≥ ${formatLatency(fromMs, language)}`, mark: dim },
    { text: String(count) },
    { text: '█'.repeat(Math.ceil((count / most) * barWidth)), mark: cyan },
  ])
  const heads = [
    { title: '', align: 'right' as const },
    { title: '', align: 'right' as const },
    { title: '' },
  ]
  return renderTable(heads, rows, width, dim).split('\n').slice(1).join('\n')
}

export const entries = defineEntries(messages, ({ options, aRate, aDuration, aPath }) => [
  {
    name: 'load',
    examples: ['msctl load', 'msctl load --rps 200 --duration 5s', `msctl load --path '/users?limit=10'`],
    configure: (command) =>
      command
        .valueOption('--rps <n>', options.rps, wholeNumber(aRate, 10_000, 1))
        .valueOption('--duration <time>', options.duration, duration(aDuration, MAX_DURATION_MS))
        .valueOption(
          '--path <path>',
          options.path,
          matching(aPath, (given) => /^\/[^\s#]*$/.test(given)),
        )
        .option('--allow-remote', options.allowRemote),
    takesUrl: true,
    action: load,
    json: LoadReport,
  },
])
