import type { Part } from './parts.ts'

/** An error that can be explained: a stable code, and the facts that the explanation needs. Each package has a subclass with a catalogue of its own. */
export class CodedError<Code extends string, Facts> extends Error {
  /** A stable name for what went wrong; scripts may rely on it. */
  readonly code: Code
  readonly facts: Facts

  constructor(code: Code, facts: Facts, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options)
    // Each lazily loaded command is a bundle with its own copy of this class, so `instanceof` does not hold across them.
    this.name = 'Failure'
    this.code = code
    this.facts = facts
  }
}

/** Whether `error` is a {@link CodedError}, with the given code if one is given, from whichever bundle. */
export function isCodedError(error: unknown, code?: string): error is CodedError<string, unknown> {
  return (
    error instanceof Error &&
    error.name === 'Failure' &&
    (code === undefined || (error as CodedError<string, unknown>).code === code)
  )
}

/** Who holds a port that was wanted: what the system lets us see of it. */
export interface PortHolder {
  readonly pid: number
  readonly command: string
}

/** Everything that can go wrong with running the platform in a way that can be explained, with the facts that the explanation needs. */
export interface PlatformFailures {
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
  /** Without a reason: it does not run. */
  'part-unreachable': { readonly part: Part; readonly reason?: string | undefined }
  'cache-refused': { readonly reason: string }
  'sql-failed': {
    readonly database: string
    readonly message: string
    /** The line of the statement that PostgreSQL points at, and below it a mark. */
    readonly place?: readonly string[] | undefined
    readonly advice?: string | undefined
  }
}

/** A stable name for a kind of failure; scripts may rely on it. */
export type PlatformFailureCode = keyof PlatformFailures

/** The one error of this package. Ask {@link isFailure}, not `instanceof`. */
export class Failure<C extends PlatformFailureCode = PlatformFailureCode> extends CodedError<
  C,
  PlatformFailures[C]
> {}

/** Whether `error` is a {@link Failure}, of the given kind if one is given. */
export function isFailure<C extends PlatformFailureCode>(error: unknown, code?: C): error is Failure<C> {
  return isCodedError(error, code)
}
