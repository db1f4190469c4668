import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { EXIT } from '@msctl/grader/exit'
import { installCommand } from '@msctl/platform/install-command'
import type { DatabaseAccess } from '@msctl/platform/platform'
import type { SqlResult } from '@msctl/platform/run-sql'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'
import { renderTable } from '../print/table.ts'
import { runningPlatform } from '../running-platform.ts'
import { messages } from './db.messages.ts'

export interface DbOptions {
  readonly service: string
  readonly sql?: string | undefined
  readonly json?: boolean | undefined
}

const PromptEnded = z.object({
  database: z.string(),
  /** What psql exited with. */
  psqlExitCode: z.int(),
})
/** A prompt that has been left. */
type PromptEnded = z.infer<typeof PromptEnded>

/** `msctl db <service>`: with `--sql` what is asked there, otherwise psql on this terminal until it is left. */
export const db: SingleAction<DbOptions, readonly SqlResult[] | PromptEnded> = {
  async run({ service, sql, json = false }, context) {
    const { language, env, signal } = context
    if (json && sql === undefined)
      throw new Failure('usage', { detail: messages[language].needsSql, command: 'msctl db' })
    const wanted = parseService(service)
    const access = await (await runningPlatform(context)).accessDatabase(wanted)
    if (sql === undefined) return openPrompt(wanted, access, env)
    const { runSql } = await import('@msctl/platform/run-sql')
    return runSql(access, sql, signal)
  },

  /** A table for each statement. Of a prompt that has been left, nothing is to be said. */
  render(data, context) {
    if ('psqlExitCode' in data) return { result: '' }
    const said = data.map((each) => renderResult(each, context))
    const hints = said.flatMap((each) => each.hints ?? [])
    return {
      result: said.map(({ result }) => result).join('\n\n'),
      // Above each other the numbers of rows would say nothing.
      ...(said.length === 1 && hints.length > 0 && { hints: hints.join('\n') }),
    }
  },

  /** Rows as objects; of several statements, a list of their results. */
  toJson(data) {
    if ('psqlExitCode' in data) return data
    const results = data.map(({ columns, rows, ...rest }) => ({
      ...{ ...rest, columns },
      rows: rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))),
    }))
    return results.length === 1 ? results[0] : { results }
  },

  /** 1 when psql ended with an error. */
  exitCode: (data) => ('psqlExitCode' in data && data.psqlExitCode !== 0 ? EXIT.failed : EXIT.done),
}

/** The rows as a table, or what was done. */
function renderResult(
  { columns, rows, command, rowCount }: SqlResult,
  { language, terminal }: RenderContext,
): Rendering {
  const { noRows, rows: counted, done } = messages[language]
  if (columns.length === 0) {
    return { result: done(rowCount === null ? command : `${command}, ${counted(rowCount)}`) }
  }
  if (rows.length === 0) return { result: noRows }
  const heads = columns.map((title, index) => {
    const isNumeric = rows.every((row) => row[index] === null || typeof row[index] === 'number')
    return { title, align: isNumeric ? ('right' as const) : ('left' as const) }
  })
  const cells = rows.map((row) =>
    row.map((value) =>
      value === null ? { text: 'NULL', mark: terminal.dim } : { text: formatValue(value) },
    ),
  )
  // All columns were asked for, so none is left out, however narrow the terminal.
  const table = renderTable(heads, cells, Number.POSITIVE_INFINITY, terminal.dim)
  return { result: table, hints: counted(rows.length) }
}

/** @throws Failure `unknown-database`, with what was probably meant. */
function parseService(given: string): ServiceName {
  const plain = given.replace(/^db_|^service_|_db$/g, '')
  const found = SERVICES.find((service) => service === plain)
  if (found !== undefined) return found
  throw new Failure('unknown-database', { given, suggestion: nearestName(plain, SERVICES) })
}

/**
 * Hands the terminal over. Synchronous, since as long as psql has the terminal, Ctrl-C is for psql: it ends a statement,
 * and not msctl.
 */
function openPrompt(
  service: ServiceName,
  { database, psql }: DatabaseAccess,
  env: NodeJS.ProcessEnv,
): PromptEnded {
  const { command, args, env: own } = psql(isatty(0))
  const { error, status, signal } = spawnSync(command, args, {
    env: { ...env, ...own },
    stdio: 'inherit',
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new Failure('no-psql', { database: service, remedy: installCommand('psql') })
  }
  if (error !== undefined) throw error
  return { database, psqlExitCode: status ?? 128 + (signal === null ? 0 : constants.signals[signal]) }
}

function formatValue(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // A line break, or an escape sequence, in a value must not break the table or the terminal.
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}

const SqlResultJson = z.object({
  database: z.string(),
  command: z.string(),
  rowCount: z.nullable(z.int()),
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.unknown())),
})

export const entries = defineEntries(messages, (words) => [
  {
    name: 'db',
    examples: [
      'msctl db users',
      `msctl db users --sql 'SELECT * FROM users LIMIT 5'`,
      `msctl db payments --sql 'SELECT status, count(*) FROM payments GROUP BY status' --json`,
    ],
    configure: (command) =>
      command.argument('<service>', words.arguments.service).option('--sql <statement>', words.options.sql),
    action: db,
    json: z.union([SqlResultJson, z.object({ results: z.array(SqlResultJson) }), PromptEnded]),
  },
])
