import type { Config } from '../commands/config.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { renderTable } from './table.ts'

/** Each value, and where it comes from. */
export function renderConfig({ file, settings }: Config, { messages, terminal }: RenderContext): Rendering {
  const { columns, sources, noFile } = messages.config
  const rows = settings.map(({ name, value, source, place }) => [
    { text: name, mark: terminal.bold },
    { text: String(value) },
    { text: place ?? sources[source], mark: terminal.dim },
  ])
  const heads = [{ title: columns.name }, { title: columns.value }, { title: columns.source }]
  const result = renderTable(heads, rows, terminal.width, terminal.dim)
  return { result, ...(file === null && { hints: noFile }) }
}
