import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import { Health } from '@msctl/sdk/contract'
import { type Call, call, whereOf } from '../call.ts'
import { type Action, defineEntries } from '../command.ts'
import type { Context } from '../context.ts'
import { renderTable } from '../print/table.ts'
import { messages } from './health.messages.ts'

const WATCH_EVERY_MS = 500

export interface HealthOptions {
  readonly watch?: boolean | undefined
  readonly exitCode?: boolean | undefined
}

/** `msctl health`: the circuits as a table; with `--watch` a stream of every change. */
const health: Action<HealthOptions, Health> = {
  run: ({ watch = false }, context) => (watch ? watchHealth(context) : whereOf(context).then(look)),

  render({ status, circuits }, { language, terminal }) {
    const { columns, ok, degraded, trialIn, trialNow } = messages[language]
    const marks = { CLOSED: terminal.green, HALF_OPEN: terminal.yellow, OPEN: terminal.red }
    const rows = Object.entries(circuits).map(([name, circuit]) => {
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
    const summary = status === 'ok' ? terminal.green(ok) : terminal.yellow(degraded)
    return { result: `${summary}\n\n${renderTable(heads, rows, terminal.width, terminal.dim)}` }
  },

  /** With `--exit-code`, 1 unless all circuits are closed. */
  exitCode: ({ status }, options) => (options.exitCode === true && status !== 'ok' ? EXIT.failed : EXIT.done),
}

const look = (where: Call): Promise<Health> => call(where, ({ gateway }, options) => gateway.health(options))

async function* watchHealth(context: Context): AsyncGenerator<Health> {
  const { signal } = context
  const where = await whereOf(context)
  let shown = ''
  while (!signal.aborted) {
    const now = await look(where)
    const text = JSON.stringify(now)
    if (text !== shown) yield now
    shown = text
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

export const entries = defineEntries(messages, ({ options }) => [
  {
    name: 'health',
    examples: ['msctl health', 'msctl health --watch', 'msctl health --exit-code'],
    configure: (command) => command.option('--watch', options.watch).option('--exit-code', options.exitCode),
    takesUrl: true,
    action: health,
    json: Health,
  },
])
