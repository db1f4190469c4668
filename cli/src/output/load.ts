import type { RenderContext, Rendering } from '../context.ts'
import type { LoadReport } from '../load/report.ts'
import { formatDuration } from './amounts.ts'
import { renderTable } from './table.ts'

const MAX_BAR_WIDTH = 40

/** What was sent, what came back, how long it took, and how that is distributed. */
export function renderLoad(report: LoadReport, { messages, terminal }: RenderContext): Rendering {
  const { asked, sent, failed, rps, answers, errors, latencyMs, histogram, interrupted } = report
  const words = messages.load
  const { pathname, search } = new URL(report.url)
  const counts = Object.entries({ ...answers, ...errors }).map(([name, count]) => `${name} × ${count}`)
  const facts: [string, string][] = [
    [words.sent, `${sent}  ${terminal.dim(words.rate(String(rps)))}`],
    [words.failed, failed === 0 ? terminal.green('0') : terminal.red(String(failed))],
    [words.answers, counts.join(', ') || '-'],
  ]
  if (latencyMs !== null) {
    const { p50, p90, p99, max } = latencyMs
    const each = Object.entries({ p50, p90, p99, max }).map(([name, ms]) => `${name} ${formatLatency(ms)}`)
    facts.push([words.latency, each.join('  ')])
  }
  const width = Math.max(...facts.map(([name]) => name.length))
  const hints = [
    ...(interrupted ? [words.interrupted] : []),
    ...(sent > 0 && answers['404'] === sent ? [words.notFound] : []),
  ]
  const parts = [
    terminal.bold(words.target(pathname + search, asked.rps, formatDuration(asked.durationMs))),
    facts.map(([name, value]) => `${terminal.dim(name.padEnd(width))}  ${value}`).join('\n'),
    ...(histogram.length > 0 ? [renderHistogram(histogram, terminal)] : []),
  ]
  return { result: parts.join('\n\n'), ...(hints.length > 0 && { hints: hints.join('\n') }) }
}

/** A line a bucket: from which latency on, how many answers, and a bar. */
function renderHistogram(
  histogram: LoadReport['histogram'],
  { width, cyan, dim }: RenderContext['terminal'],
): string {
  const most = Math.max(...histogram.map(({ count }) => count))
  const digits = String(most).length
  const barWidth = Math.min(MAX_BAR_WIDTH, Math.max(4, width - digits - 14))
  const rows = histogram.map(({ fromMs, count }) => [
    { text: `≥ ${formatLatency(fromMs)}`, mark: dim },
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

/** Milliseconds as `1.23 ms`, `45.6 ms`, `789 ms` or `1.2 s`: at most seven characters below ten seconds. */
export function formatLatency(ms: number): string {
  if (ms >= 1_000) return `${Number((ms / 1_000).toFixed(2))} s`
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toFixed(ms >= 10 ? 1 : 2))} ms`
}
