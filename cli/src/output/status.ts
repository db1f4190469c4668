import type { PartStatus, PlatformStatus } from '@msctl/platform/platform'
import type { RenderContext, Rendering } from '../context.ts'
import { formatBytes, formatDuration } from './amounts.ts'
import { type Cell, renderTable } from './table.ts'

/** The parts as a table, below what they have in common. */
export function renderStatus(status: PlatformStatus, context: RenderContext): Rendering {
  const { messages, terminal, now } = context
  const { columns, driver, url, data, notRunning } = messages.status
  const head = [
    [driver, status.driver],
    [url, status.url ?? '-'],
    [data, status.dataDir],
  ]
    .map(
      ([name = '', value = '']) =>
        `${terminal.dim(name.padEnd(Math.max(driver.length, url.length, data.length)))}  ${value}`,
    )
    .join('\n')
  const runner = status.driver === 'local' ? columns.process : columns.container
  const table = renderTable(
    [
      { title: columns.part },
      { title: columns.state },
      { title: columns.port, align: 'right' },
      { title: runner, align: status.driver === 'local' ? 'right' : 'left' },
      { title: columns.memory, align: 'right' },
      { title: columns.uptime, align: 'right' },
      { title: columns.url },
    ],
    status.parts.map((part) => row(part, context, now)),
    terminal.width,
    terminal.dim,
  )
  return { result: `${head}\n\n${table}`, ...(status.url === null && { hints: notRunning }) }
}

function row(part: PartStatus, { messages, terminal }: RenderContext, now: number): Cell[] {
  const mark = { up: terminal.green, 'not ready': terminal.yellow, down: terminal.red }[part.state]
  const [first, ...others] = part.containers ?? []
  const several = first === undefined || others.length === 0 ? first : `${first} +${others.length}`
  const runner = part.pid ?? part.container ?? several
  return [
    { text: part.name, mark: terminal.bold },
    { text: messages.parts[part.state], mark },
    { text: part.port === null ? '-' : String(part.port) },
    { text: runner === undefined || runner === null ? '-' : String(runner) },
    { text: part.memoryBytes === null ? '-' : formatBytes(part.memoryBytes) },
    { text: part.startedAt === null ? '-' : formatDuration(now - Date.parse(part.startedAt)) },
    { text: part.url ?? '-' },
  ]
}
