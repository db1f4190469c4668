import type { Part } from './platform/parts.ts'
import type { ResourceName, Verb } from './resources.ts'
import type { SettingName } from './settings.ts'

/** Who holds a port that was wanted: what the system lets us see of it. */
export interface PortHolder {
  readonly pid: number
  readonly command: string
}

/**
 * Everything that can go wrong in a way we can explain, with the facts that the explanation needs. The catalogues in
 * `messages/` word each of them: what happened, why, and what to do next.
 */
export interface Failures {
  usage: { readonly detail: string; readonly command?: string | undefined }
  'unknown-part': { readonly given: string; readonly suggestion?: string | undefined }
  'port-taken': { readonly part: Part; readonly port: number; readonly holder?: PortHolder | undefined }
  'part-failed': {
    readonly part: Part
    readonly reason: string
    readonly log: readonly string[]
    readonly logFile: string
  }
  'part-not-ready': {
    readonly part: Part
    readonly seconds: number
    readonly log: readonly string[]
    readonly logFile: string
  }
  'part-would-not-end': { readonly part: Part; readonly pid: number }
  'container-would-not-end': { readonly part: Part }
  'not-running': Record<never, never>
  unreachable: { readonly url: string; readonly reason: string }
  'not-the-platform': { readonly url: string; readonly reason: string }
  'other-driver': { readonly running: string; readonly asked: string }
  'other-port': { readonly running: number; readonly asked: number }
  locked: { readonly pid: number; readonly command: string; readonly seconds: number; readonly file: string }
  'state-unreadable': { readonly file: string; readonly reason: string }
  'log-unreadable': { readonly file: string; readonly reason: string }
  'folder-unusable': { readonly folder: string; readonly reason: string }
  'not-permitted': { readonly pid: number; readonly reason: string }
  windows: Record<never, never>
  'no-postgres': { readonly system: string; readonly reason: string }
  'postgres-major': { readonly found: string; readonly wanted: string; readonly folder: string }
  'postgres-password': { readonly file: string }
  'postgres-init': { readonly reason: string }
  'no-redis': { readonly reason: string; readonly remedy: string }
  'not-built': { readonly part: Part; readonly tried: readonly string[] }
  'no-docker': { readonly reason: string }
  'no-compose-file': { readonly folder: string }
  'project-taken': { readonly project: string; readonly folder: string }
  'compose-failed': { readonly command: string; readonly output: readonly string[] }
  /** Which service of somebody's Compose file is that part? With `given`: the one named by `--map` is not there. */
  'compose-map': {
    readonly role: string
    readonly candidates: readonly string[]
    readonly given?: string | undefined
  }
  /** A folder in which there is nothing to grade. */
  'no-submissions': { readonly folder: string }
  /** A submission that would reach out of its containers. */
  'compose-refused': { readonly service: string; readonly reason: string }
  /** Without a reason: it does not run. */
  'part-unreachable': { readonly part: Part; readonly reason?: string | undefined }
  'cache-refused': { readonly reason: string }
  'unknown-database': { readonly given: string; readonly suggestion?: string | undefined }
  'sql-failed': {
    readonly database: string
    readonly message: string
    /** The line of the statement that PostgreSQL points at, and below it a mark. */
    readonly place?: readonly string[] | undefined
    readonly advice?: string | undefined
  }
  'no-psql': { readonly database: string; readonly remedy: string }
  'remote-target': { readonly url: string }
  /** What `--data` holds. Without a reason: it is JSON, but no object. */
  'broken-json': { readonly reason?: string | undefined }
  'missing-fields': {
    readonly flags: readonly string[]
    readonly resource: ResourceName
    readonly verb: Verb
  }
  'no-answer': { readonly url: string; readonly seconds: number }
  'not-found': { readonly resource: ResourceName; readonly id: number }
  conflict: { readonly detail: string }
  'invalid-fields': {
    readonly detail: string
    /** The path is that of the field, empty for all of it. */
    readonly errors: readonly { readonly path: string; readonly message: string }[]
    readonly resource: ResourceName
    readonly verb: Verb
  }
  'circuit-open': { readonly service: string; readonly seconds?: number | undefined }
  'service-failed': { readonly service: string; readonly status: number; readonly detail: string }
  refused: { readonly status: number; readonly detail: string; readonly requestId: string }
  'config-unreadable': { readonly file: string; readonly reason: string }
  'unknown-setting': {
    readonly file: string
    readonly given: string
    readonly suggestion?: string | undefined
  }
  /** `place` is the variable or the file that says it. */
  'setting-invalid': { readonly name: SettingName; readonly place: string; readonly given: string }
  'no-schema': { readonly given: string; readonly suggestion?: string | undefined }
  'report-unwritable': { readonly file: string; readonly reason: string }
  'report-unreadable': { readonly file: string; readonly reason: string }
  'grades-unreadable': { readonly file: string; readonly reason: string }
  'grades-overlap': { readonly id: string; readonly shards: readonly string[] }
  'no-terminal': Record<never, never>
  'target-not-ready': { readonly url: string; readonly seconds: number }
  'rubric-unusable': { readonly file: string; readonly reason: string }
  'no-scenario': { readonly given: string; readonly suggestion?: string | undefined }
  'scenario-unreadable': { readonly file: string; readonly reason: string }
  'scenario-elsewhere': { readonly asked: string; readonly here: string }
  'unknown-parameter': {
    readonly scenario: string
    readonly given: string
    readonly known: readonly string[]
    readonly suggestion?: string | undefined
  }
  'journal-unreadable': { readonly file: string; readonly reason: string }
  'file-exists': { readonly file: string }
  interrupted: Record<never, never>
}

/** A stable name for a kind of failure; scripts may rely on it. */
export type FailureCode = keyof Failures

/** What the process exits with. The same in every output mode. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  environment: 4,
  interrupted: 130,
} as const

/** The exit code of each kind of failure. */
const exitCodes: Record<FailureCode, number> = {
  usage: EXIT.usage,
  'unknown-part': EXIT.usage,
  'port-taken': EXIT.environment,
  'part-failed': EXIT.failed,
  'part-not-ready': EXIT.failed,
  'part-would-not-end': EXIT.failed,
  'container-would-not-end': EXIT.failed,
  'not-running': EXIT.unreachable,
  unreachable: EXIT.unreachable,
  'not-the-platform': EXIT.unreachable,
  'other-driver': EXIT.failed,
  'other-port': EXIT.failed,
  locked: EXIT.failed,
  'state-unreadable': EXIT.environment,
  'log-unreadable': EXIT.environment,
  'folder-unusable': EXIT.environment,
  'not-permitted': EXIT.environment,
  windows: EXIT.environment,
  'no-postgres': EXIT.environment,
  'postgres-major': EXIT.environment,
  'postgres-password': EXIT.environment,
  'postgres-init': EXIT.environment,
  'no-redis': EXIT.environment,
  'not-built': EXIT.environment,
  'no-docker': EXIT.environment,
  'no-compose-file': EXIT.environment,
  'project-taken': EXIT.environment,
  'compose-failed': EXIT.failed,
  'compose-map': EXIT.usage,
  'no-submissions': EXIT.usage,
  'compose-refused': EXIT.usage,
  'part-unreachable': EXIT.unreachable,
  'cache-refused': EXIT.failed,
  'unknown-database': EXIT.usage,
  'sql-failed': EXIT.failed,
  'no-psql': EXIT.environment,
  'remote-target': EXIT.usage,
  'broken-json': EXIT.usage,
  'missing-fields': EXIT.usage,
  'no-answer': EXIT.unreachable,
  'not-found': EXIT.failed,
  conflict: EXIT.failed,
  'invalid-fields': EXIT.failed,
  'circuit-open': EXIT.unreachable,
  'service-failed': EXIT.unreachable,
  refused: EXIT.failed,
  'config-unreadable': EXIT.usage,
  'unknown-setting': EXIT.usage,
  'setting-invalid': EXIT.usage,
  'no-schema': EXIT.usage,
  'report-unwritable': EXIT.environment,
  'report-unreadable': EXIT.usage,
  'grades-unreadable': EXIT.usage,
  'grades-overlap': EXIT.usage,
  'no-terminal': EXIT.environment,
  'target-not-ready': EXIT.unreachable,
  'rubric-unusable': EXIT.usage,
  'no-scenario': EXIT.usage,
  'scenario-unreadable': EXIT.usage,
  'scenario-elsewhere': EXIT.usage,
  'unknown-parameter': EXIT.usage,
  'journal-unreadable': EXIT.usage,
  'file-exists': EXIT.usage,
  interrupted: EXIT.interrupted,
}

/**
 * The one error of this package. Each lazily loaded command is a bundle of its own with its own copy of this class, so
 * `instanceof` does not hold across them: ask {@link isFailure}.
 */
export class Failure<C extends FailureCode = FailureCode> extends Error {
  readonly code: C
  readonly facts: Failures[C]
  readonly exitCode: number

  constructor(code: C, facts: Failures[C], options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options)
    this.name = 'Failure'
    this.code = code
    this.facts = facts
    this.exitCode = exitCodes[code]
  }
}

/** Whether `error` is a {@link Failure}, of the given kind if one is given, from whichever bundle. */
export function isFailure<C extends FailureCode>(error: unknown, code?: C): error is Failure<C> {
  return (
    error instanceof Error &&
    error.name === 'Failure' &&
    (code === undefined || (error as Failure).code === code)
  )
}
