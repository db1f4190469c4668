import type { Health } from '@msctl/sdk'
import type { RenderContext, Rendering } from '../context.ts'
import { renderTable } from './table.ts'

/** The circuits as a table. */
export function renderHealth(health: Health, { messages, terminal }: RenderContext): Rendering {
  const { columns, ok, degraded, trialIn, trialNow } = messages.health
  const status = health.status === 'ok' ? terminal.green(ok) : terminal.yellow(degraded)
  const marks = { CLOSED: terminal.green, HALF_OPEN: terminal.yellow, OPEN: terminal.red }
  const rows = Object.entries(health.circuits).map(([name, circuit]) => {
    const seconds = circuit.retry_in_seconds
    const trial = seconds === null ? '-' : seconds > 0 ? trialIn(Math.ceil(seconds)) : trialNow
    return [
      { text: name, mark: terminal.bold },
      { text: circuit.status, mark: marks[circuit.status] },
      { text: String(circuit.failure_count) },
      { text: trial },
    ]
  })
  const heads = [
    { title: columns.circuit },
    { title: columns.state },
    { title: columns.failures, align: 'right' as const },
    { title: columns.trial },
  ]
  return { result: `${status}\n\n${renderTable(heads, rows, terminal.width, terminal.dim)}` }
}
