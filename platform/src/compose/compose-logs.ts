import { type LogLine, parseLogLine } from '../log-line.ts'
import { PARTS, type Part } from '../parts.ts'
import type { ComposeCli } from './compose-cli.ts'
import { SERVICES_OF } from './containers.ts'

/** `service_users_1  | {…}`, or with a hyphen before the number in Compose v2. */
const PREFIX = /^(\S+?)[-_]\d+\s*\| ?(.*)$/

/** All that the containers have written, oldest first. */
export async function* readComposeLogs(
  { lines }: Pick<ComposeCli, 'lines'>,
  part?: Part,
): AsyncGenerator<LogLine> {
  const all: LogLine[] = []
  for await (const line of parse(lines(['logs', '--no-color', ...servicesOf(part)]))) all.push(line)
  yield* all.sort((a, b) => a.time - b.time) // Compose gives one container's lines after the other's
}

/** What they write from now on. */
export function followComposeLogs(
  { lines }: Pick<ComposeCli, 'lines'>,
  part?: Part,
): AsyncGenerator<LogLine> {
  return parse(lines(['logs', '--no-color', '--follow', '--tail=0', ...servicesOf(part)]))
}

function servicesOf(part?: Part): readonly string[] {
  return part === undefined ? [] : SERVICES_OF[part]
}

async function* parse(texts: AsyncIterable<string>): AsyncGenerator<LogLine> {
  const lastTimes = new Map<string, number>()
  for await (const text of texts) {
    const [, service = '', rest = ''] = PREFIX.exec(text) ?? []
    const part = PARTS.find((name) => SERVICES_OF[name].includes(service))
    if (part === undefined || rest === '') continue
    const line = parseLogLine(part, rest, lastTimes.get(service) ?? 0)
    lastTimes.set(service, line.time)
    yield line
  }
}
