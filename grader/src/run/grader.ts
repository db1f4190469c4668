import type { Control } from '@msctl/platform/control'
import type { Database } from '@msctl/platform/database'
import type { Redis } from '@msctl/platform/redis'
import { type Expectation, type Finding, inLanguage, type Sheet, type Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { ComposeFacts } from '../target/compose-facts.ts'
import type { StartUps } from '../target/start-ups.ts'
import type { CriterionId, Evidence } from './report.ts'

/** What a check may need beyond HTTP; what of it the grader has been given is its reach. */
export type Need = 'http' | 'redis' | 'db' | 'control' | 'compose' | 'source'

/** What came of a request. That there was no answer is one of the things that can come of it. */
export interface Answer {
  /** Null when there was no answer. */
  readonly status: number | null
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as JSON; `undefined` when it is none. */
  readonly json: unknown
  readonly durationMs: number
  /** Why there was no answer. */
  readonly error?: string
  /** This exchange, as evidence. */
  readonly evidence: Evidence
}

export interface RequestOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Default 15 000: far more than a service that takes 200 ms for everything needs. */
  readonly timeoutMs?: number
}

/**
 * HTTP towards the target. Follows redirects that stay on its machine, keeping method and body. Never rejects because of what the target
 * does; only for the run's abort.
 */
export type Request = (method: string, path: string, options?: RequestOptions) => Promise<Answer>

/** What of a target can be stopped and started. */
export type ControlledPart = ServiceName | 'cache'

/** What stops and starts the parts of a target, each time recorded. @throws {GradingError} `control` when it fails or hangs. */
export type RecordedControl = Control<ControlledPart, Evidence>

/** What went wrong with the grading, not with what is graded. Makes a check's status `error`. */
export class GradingError extends Error {
  override readonly name = 'GradingError'
  readonly code:
    | 'redis'
    | 'database'
    | 'control'
    | 'target-lost'
    | 'too-slow'
    | 'fault-without-effect'
    | 'internal'

  /** The message, in both languages. */
  readonly reason: Text

  constructor(code: GradingError['code'], reason: Text, options?: ErrorOptions) {
    super(inLanguage(reason, 'en'), options)
    this.code = code
    this.reason = reason
  }
}

/** What the target itself did, so that an experiment cannot go on. What it has not settled yet fails. */
export class TargetFailure extends Error {
  override readonly name = 'TargetFailure'
  readonly reason: Text
  /** The check that shows it, where there is one. */
  readonly because: string | undefined

  constructor(reason: Text, options: ErrorOptions & { readonly because?: string } = {}) {
    super(inLanguage(reason, 'en'), options)
    this.reason = reason
    this.because = options.because
  }
}

/** What an experiment works with: the target, as far as it can be reached. */
export interface Grader {
  readonly request: Request
  /** @throws {GradingError} `redis` when it cannot be asked, which is never the student's failure. */
  readonly redis: Redis | undefined
  /** @throws {GradingError} `database` when one cannot be asked. */
  readonly databases: Readonly<Partial<Record<ServiceName, Database>>>
  readonly control: RecordedControl | undefined
  /** Whether we started the target: what its control says is then so, and whatever is not back after a start has failed. */
  readonly isOurs: boolean
  /** The folder of the sources. */
  readonly source: string | undefined
  /** What is known of the Compose project that was started. */
  readonly compose: ComposeFacts | undefined
  /** From 0 to 1, repeatable with `--seed`. */
  random(): number
  /** Text that nobody else has: for e-mails and names. Made with the seed, and different in each run on the same target. */
  unique(): string
  /** How long an ordinary request takes here, in milliseconds (median and p99), measured at the beginning: tolerances are scaled by it. */
  readonly pace: { readonly medianMs: number; readonly p99Ms: number }
  /** What all experiments of a run share, such as objects that were created once. */
  readonly created: CreatedObjects
  readonly startUps: StartUps
  /**
   * The services whose circuits stayed closed at four failures in a row and reset the count at a success, while an experiment had to
   * end them anyway, and what the control said then: so that nobody has to do it once more.
   */
  readonly closedAtFour: Map<ServiceName, readonly Evidence[]>
}

/** What the grader has created, to be deleted at the end, and nothing else ever. */
export interface CreatedObjects {
  note(service: ServiceName, id: number): void
  forget(service: ServiceName, id: number): void
  /** Whether an id was ever noted, also when it was forgotten since. */
  wasNoted(service: ServiceName, id: number): boolean
  /** Whether an id was given out twice: whoever asks for it may get either object. */
  wasReused(service: ServiceName, id: number): boolean
}

/** A check: an expectation of an experiment, with what the rubric needs to know of it. */
export interface Check extends Expectation {
  readonly criterion: CriterionId
  /** What to look at when it fails. */
  readonly hint: Text
  readonly needs?: readonly Need[]
  /** Ids of checks without which this one makes no sense. */
  readonly dependsOn?: readonly string[]
  /** Reported as advice, without points. */
  readonly isAdvice?: boolean
}

/** A finding with what it rests on. Given to `lab.expect`. */
export interface CheckFinding extends Finding {
  readonly evidence?: readonly Evidence[]
  /** Why it could not be judged after all, though nothing went wrong: the check is then not assessed. For findings that hold. */
  readonly undecided?: Text
  /**
   * Ids of checks that explain why nothing better was found: if one of them has failed, this has failed because of that. Unlike
   * `dependsOn` they are known only when the check is settled.
   */
  readonly restsOn?: readonly string[]
  /** The lines of a shell script that shows the failure: uses $URL, $REDIS_URL, $DB_USERS, $DB_ORDERS, $DB_PAYMENTS, $CONTROL. */
  readonly repro?: readonly string[]
}

/** An experiment: a sheet whose expectations are checks. */
export interface Experiment<State = unknown> {
  readonly sheet: Sheet<Grader, State> & { readonly expectations: Readonly<Record<string, Check>> }
  /** What it cannot do without; without it all its checks are not assessed. A check may need more. */
  readonly needs: readonly Need[]
  /** The services that it disturbs or fills, and must have for itself meanwhile. */
  readonly uses: readonly ServiceName[]
  /**
   * Whether services out of reach are what it is about. Any other experiment that fails while one is out of reach is run once more,
   * before that is held against anybody.
   */
  readonly isAboutOutages?: boolean
  /** How long it takes, in milliseconds, for the time that is left to be told; default 3 000. */
  readonly expectedMs?: (resetSeconds: number) => number
}
