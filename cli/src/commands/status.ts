import { PARTS } from '@msctl/platform/parts'
import { DRIVERS, type PartStatus, type PlatformStatus } from '@msctl/platform/platform'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import type { RenderContext } from '../context.ts'
import { messages as common } from '../messages/common.ts'
import { formatBytes, formatDuration } from '../print/amounts.ts'
import { type Cell, renderTable } from '../print/table.ts'
import { runningPlatform } from '../running-platform.ts'
import { messages } from './status.messages.ts'

export const PartStateJson = z.enum(['up', 'not ready', 'down'])

export const PlatformStatusJson = z.object({
  driver: z.enum(DRIVERS),
  url: z.nullable(z.string()),
  dataDir: z.string(),
  parts: z.array(
    z.object({
      name: z.enum(PARTS),
      state: PartStateJson,
      pid: z.exactOptional(z.nullable(z.int())),
      container: z.exactOptional(z.nullable(z.string())),
      containers: z.exactOptional(z.array(z.string())),
      port: z.nullable(z.int()),
      url: z.nullable(z.string()),
      startedAt: z.nullable(z.string()),
      memoryBytes: z.nullable(z.number()),
    }),
  ),
})

/** `msctl status`: the parts as a table, below what they have in common. */
export const status: SingleAction<object, PlatformStatus> = {
  run: async (_options, context) => (await runningPlatform(context)).status(),
  render(data, context) {
    const { language, terminal, now } = context
    const { columns, driver, url, data: folder, notRunning } = messages[language]
    const width = Math.max(driver.length, url.length, folder.length)
    const head = [
      [driver, data.driver],
      [url, data.url ?? '-'],
      [folder, data.dataDir],
    ].map(([name = '', value = '']) => `${terminal.dim(name.padEnd(width))}  ${value}`)
    const isLocal = data.driver === 'local'
    const table = renderTable(
      [
        { title: columns.part },
        { title: columns.state },
        { title: columns.port, align: 'right' },
        { title: isLocal ? columns.process : columns.container, align: isLocal ? 'right' : 'left' },
        { title: columns.memory, align: 'right' },
        { title: columns.uptime, align: 'right' },
        { title: columns.url },
      ],
      data.parts.map((part) => row(part, context, now)),
      terminal.width,
      terminal.dim,
    )
    return { result: `${head.join('\n')}\n\n${table}`, ...(data.url === null && { hints: notRunning }) }
  },
}

function row(part: PartStatus, { language, terminal }: RenderContext, now: number): Cell[] {
  const mark = { up: terminal.green, 'not ready': terminal.yellow, down: terminal.red }[part.state]
  const [first, ...others] = part.containers ?? []
  const several = first === undefined || others.length === 0 ? first : `${first} +${others.length}`
  const runner = part.pid ?? part.container ?? several
  return [
    { text: part.name, mark: terminal.bold },
    { text: common[language].parts[part.state], mark },
    { text: part.port === null ? '-' : String(part.port) },
    { text: runner === undefined || runner === null ? '-' : String(runner) },
    { text: part.memoryBytes === null ? '-' : formatBytes(part.memoryBytes, language) },
    { text: part.startedAt === null ? '-' : formatDuration(now - Date.parse(part.startedAt), language) },
    { text: part.url ?? '-' },
  ]
}

export const entries = defineEntries(messages, () => [
  {
    name: 'status',
    examples: ['msctl status', `msctl status --json | jq '.parts[] | select(.name == "gateway").port'`],
    action: status,
    json: PlatformStatusJson,
  },
])
