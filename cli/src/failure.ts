import type { Part } from './platform/parts.ts'

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
