import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import { Health } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { type Call, call, whereOf } from '../call.ts'
import { type Action, defineEntries } from '../command.ts'
import type { Context } from '../context.ts'
import { isFailure } from '../failure.ts'
import { explain } from '../messages/explain.ts'
import { renderTable } from '../print/table.ts'
import { messages } from './health.messages.ts'

const WATCH_EVERY_MS = 500

export interface HealthOptions {
  readonly watch?: boolean | undefined
  readonly exitCode?: boolean | undefined
}

/** `msctl health`: the circuits as a table; with `--watch` a stream of every change. */
const health: Action<HealthOptions, Health | Away> = {
  isRedrawn: true,

  run: ({ watch = false }, context) => (watch ? watchHealth(context) : whereOf(context).then(look)),

  render(data, { language, terminal }) {
    if (data.status === 'unreachable') return { result: terminal.red(messages[language].away(data.reason)) }
    const { status, circuits } = data
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

/** The gateway is not to be had now; the watch goes on. */
const Away = z.object({ status: z.literal('unreachable'), url: z.string(), reason: z.string() })
type Away = z.infer<typeof Away>

/** What the first look finds has to be there; after that the watch outlives a gateway that goes away. */
async function* watchHealth(context: Context): AsyncGenerator<Health | Away> {
  const { signal } = context
  let now: Health | Away = await look(await whereOf(context))
  let shown = ''
  while (!signal.aborted) {
    const text = JSON.stringify(now)
    if (text !== shown) yield now
    shown = text
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) now = await lookAgain(context)
  }
}

async function lookAgain(context: Context): Promise<Health | Away> {
  // It may come back elsewhere.
  const where = await whereOf(context)
  try {
    return await look(where)
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isFailure(error) || error.code === 'unauthorized') throw error
    return { status: 'unreachable', url: where.url, reason: explain(error, context.language).what }
  }
}

export const entries = defineEntries(messages, ({ options }) => [
  {
    name: 'health',
    examples: ['msctl health', 'msctl health --watch', 'msctl health --exit-code'],
    configure: (command) => command.option('--watch', options.watch).option('--exit-code', options.exitCode),
    takesUrl: true,
    action: health,
    json: z.union([Health, Away]),
  },
])
