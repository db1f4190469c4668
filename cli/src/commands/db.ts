import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { EXIT } from '@msctl/grader/exit'
import { choosePlatform } from '@msctl/platform/choose-platform'
import { installCommand } from '@msctl/platform/install-command'
import type { DatabaseAccess } from '@msctl/platform/platform'
import { runSql, type SqlResult } from '@msctl/platform/run-sql'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'

export { renderSql as render } from '../output/sql.ts'

export interface DbOptions {
  readonly service: string
  readonly sql?: string | undefined
}

/** A prompt that has been left. */
export interface PromptEnded {
  readonly database: string
  /** What psql exited with. */
  readonly psqlExitCode: number
}

/** `msctl db <service>`: with `--sql` one statement, otherwise psql on this terminal until it is left. */
export async function run({ service, sql }: DbOptions, context: Context): Promise<SqlResult | PromptEnded> {
  const wanted = parseService(service)
  const platform = await choosePlatform('running', context)
  const access = await platform.accessDatabase(wanted)
  return sql === undefined ? openPrompt(wanted, access, context.env) : runSql(access, sql, context.signal)
}

/** What `--json` prints: rows as objects. */
export function toJson(data: SqlResult | PromptEnded): unknown {
  if ('psqlExitCode' in data) return data
  const { columns, rows, ...rest } = data
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
  return { ...rest, columns, rows: objects }
}

/** 1 when psql ended with an error. */
export function exitCode(data: SqlResult | PromptEnded): number {
  return 'psqlExitCode' in data && data.psqlExitCode !== 0 ? EXIT.failed : EXIT.done
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
