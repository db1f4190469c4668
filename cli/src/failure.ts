import { EXIT } from '@msctl/grader/exit'
import type { GraderFailures } from '@msctl/grader/failure'
import type { PlatformFailures } from '@msctl/platform/failure'
import { CodedError, isCodedError } from '@msctl/platform/failure'
import type { ScenarioFailures } from '@msctl/scenarios/failure'
import type { ResourceName, Verb } from './commands/resources/fields.ts'

/** What can go wrong with a command by itself. */
export interface CommandFailures {
  usage: { readonly detail: string; readonly command?: string | undefined }
  /** An option that would change nothing. */
  'idle-option': { readonly option: string; readonly command: string; readonly reason: string }
  'unknown-part': { readonly given: string; readonly suggestion?: string | undefined }
  unreachable: { readonly url: string; readonly reason: string }
  'not-the-platform': { readonly url: string; readonly reason: string }
  'unknown-database': { readonly given: string; readonly suggestion?: string | undefined }
  'no-psql': { readonly database: string; readonly remedy: string }
  'remote-target': { readonly url: string }
  /** The file that `--data` names. */
  'data-unreadable': { readonly file: string; readonly reason: string }
  /** What `--data` holds. Without a reason: it is JSON, but no object. */
  'broken-json': { readonly reason?: string | undefined }
  /** Only warned of: the service leaves out what it does not know. */
  'unknown-fields': {
    readonly fields: readonly string[]
    readonly known: readonly string[]
    readonly suggestion?: string | undefined
  }
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
  /** The service answers, and lacks what it needs: its database. */
  'service-unavailable': { readonly service: string; readonly detail: string }
  'service-failed': { readonly service: string; readonly status: number; readonly detail: string }
  /** Whether a key was given, which then is not valid. */
  unauthorized: { readonly url: string; readonly isGiven: boolean }
  'too-many-requests': { readonly url: string; readonly seconds?: number | undefined }
  overloaded: { readonly url: string; readonly seconds?: number | undefined }
  'api-key-unusable': Record<never, never>
  refused: { readonly status: number; readonly detail: string; readonly requestId: string }
  'config-unreadable': { readonly file: string; readonly reason: string }
  'unknown-setting': {
    readonly file: string
    readonly given: string
    readonly suggestion?: string | undefined
  }
  /** `place` is the variable or the file that says it. */
  'setting-invalid': {
    readonly name: 'url' | 'driver' | 'port' | 'lang'
    readonly place: string
    readonly given: string
  }
  'no-log-line': { readonly requestId: string; readonly part?: string | undefined }
  'no-schema': { readonly given: string; readonly suggestion?: string | undefined }
  'no-terminal': Record<never, never>
  'target-not-ready': { readonly url: string; readonly seconds: number }
  'no-scenario': { readonly given: string; readonly suggestion?: string | undefined }
  'scenario-elsewhere': { readonly asked: string; readonly here: string }
  'unknown-parameter': {
    readonly scenario: string
    readonly given: string
    readonly known: readonly string[]
    readonly suggestion?: string | undefined
  }
  'file-exists': { readonly file: string }
  /** Somebody was asked, and did not say yes. */
  'not-confirmed': Record<never, never>
  /** stdout or stderr takes no more. */
  'output-unwritable': { readonly reason: string }
  interrupted: Record<never, never>
}

/**
 * Everything that can go wrong in a way we can explain, with the facts that the explanation needs. The catalogues in
 * `messages/` word each of them: what happened, why, and what to do next.
 */
export interface Failures extends PlatformFailures, ScenarioFailures, GraderFailures, CommandFailures {}

/** A stable name for a kind of failure; scripts may rely on it. */
export type FailureCode = keyof Failures

/** The exit code of each kind of failure. */
const exitCodes: Record<FailureCode, number> = {
  usage: EXIT.usage,
  'idle-option': EXIT.usage,
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
  'input-unusable': EXIT.usage,
  'compose-file-missing': EXIT.usage,
  'docker-failed': EXIT.environment,
  'machine-busy': EXIT.environment,
  'unknown-check': EXIT.usage,
  'no-submissions': EXIT.usage,
  'compose-refused': EXIT.usage,
  'part-unreachable': EXIT.unreachable,
  'cache-refused': EXIT.failed,
  'unknown-database': EXIT.usage,
  'sql-failed': EXIT.failed,
  'no-psql': EXIT.environment,
  'remote-target': EXIT.usage,
  'data-unreadable': EXIT.usage,
  'broken-json': EXIT.usage,
  'unknown-fields': EXIT.usage,
  'missing-fields': EXIT.usage,
  'no-answer': EXIT.unreachable,
  'not-found': EXIT.failed,
  conflict: EXIT.failed,
  'invalid-fields': EXIT.failed,
  'circuit-open': EXIT.unreachable,
  'service-unavailable': EXIT.unreachable,
  'service-failed': EXIT.unreachable,
  unauthorized: EXIT.failed,
  'too-many-requests': EXIT.failed,
  overloaded: EXIT.unreachable,
  'api-key-unusable': EXIT.usage,
  refused: EXIT.failed,
  'config-unreadable': EXIT.usage,
  'unknown-setting': EXIT.usage,
  'setting-invalid': EXIT.usage,
  'no-log-line': EXIT.failed,
  'no-schema': EXIT.usage,
  'report-unwritable': EXIT.environment,
  'report-unreadable': EXIT.usage,
  'grades-unreadable': EXIT.usage,
  'grades-overlap': EXIT.usage,
  'no-terminal': EXIT.environment,
  'target-not-ready': EXIT.unreachable,
  'rubric-unusable': EXIT.usage,
  'too-many-points': EXIT.usage,
  'no-scenario': EXIT.usage,
  'scenario-unreadable': EXIT.usage,
  'scenario-elsewhere': EXIT.usage,
  'unknown-parameter': EXIT.usage,
  'journal-unreadable': EXIT.usage,
  'file-exists': EXIT.usage,
  'not-confirmed': EXIT.failed,
  'output-unwritable': EXIT.environment,
  interrupted: EXIT.interrupted,
}

/** The one error of this package. Ask {@link isFailure}, not `instanceof`. */
export class Failure<C extends FailureCode = FailureCode> extends CodedError<C, Failures[C]> {}

/** Whether `error` can be explained, and is of the given kind if one is given, from whichever package and bundle. */
export function isFailure<C extends FailureCode>(error: unknown, code?: C): error is Failure<C> {
  return isCodedError(error, code)
}

/** What the process exits with when `error` ends it. */
export function exitCodeOf(error: unknown): number {
  return isFailure(error) ? exitCodes[error.code] : EXIT.failed
}
