import * as z from 'zod/mini'

/** The criteria of the assignment, in the order of its list. */
export const CRITERIA = [
  'correctness',
  'code-quality',
  'structure',
  'compose',
  'caching',
  'payments',
  'persistence',
  'circuit-breaker',
] as const
export const CriterionId = z.enum(CRITERIA)
export type CriterionId = z.infer<typeof CriterionId>

/**
 * What came of a check. `not-assessed`: something that it needs was not given. `error`: the grader or the environment failed, or an injected fault
 * could not be seen to take effect. Neither is ever counted as the student's failure.
 */
export const CheckStatus = z.enum(['pass', 'fail', 'not-assessed', 'error'])
export type CheckStatus = z.infer<typeof CheckStatus>

const Points = z.int().check(z.nonnegative())
/** Milliseconds since the run began. */
const At = z.number().check(z.nonnegative())
const Milliseconds = z.number().check(z.nonnegative())

/** Something that was done to the target, and what came of it: what a verdict rests on. Texts are cut at a stated length. */
export const Evidence = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('exchange'),
    at: At,
    method: z.string(),
    /** Path and query. */
    path: z.string(),
    requestHeaders: z.optional(z.record(z.string(), z.string())),
    requestBody: z.optional(z.string()),
    /** Null: there was no answer, and `error` says why. */
    status: z.nullable(z.int()),
    headers: z.optional(z.record(z.string(), z.string())),
    body: z.optional(z.string()),
    error: z.optional(z.string()),
    durationMs: Milliseconds,
  }),
  z.object({ type: z.literal('redis'), at: At, command: z.string(), answer: z.string() }),
  z.object({
    type: z.literal('sql'),
    at: At,
    database: z.string(),
    statement: z.string(),
    answer: z.string(),
  }),
  z.object({
    type: z.literal('control'),
    at: At,
    /** `stop users` */
    command: z.string(),
    ok: z.boolean(),
    output: z.string(),
    durationMs: Milliseconds,
  }),
  /** A file of the source, or of the Compose project, and what it shows. */
  z.object({ type: z.literal('file'), path: z.string(), text: z.string() }),
  /** A figure that was measured. */
  z.object({ type: z.literal('measurement'), label: z.string(), value: z.number(), unit: z.string() }),
])
export type Evidence = z.infer<typeof Evidence>

/** Why a check did not pass, in words that can be shown to a student. */
export const Cause = z.object({
  expected: z.string(),
  actual: z.string(),
  /** Why it matters. */
  rationale: z.string(),
  hint: z.string(),
})
export type Cause = z.infer<typeof Cause>

export const CheckResult = z.object({
  /** Stable: `circuit-breaker.users.opens-at-fifth`. */
  id: z.string(),
  criterion: CriterionId,
  title: z.string(),
  status: CheckStatus,
  /** `maxPoints` when passed; when failed less: 0, or what somebody gave by hand. Else 0. */
  points: Points,
  maxPoints: Points,
  /** Checks that must pass before this one can. When one of them failed, this one fails with it, and says so. */
  dependsOn: z.array(z.string()),
  /** With every status but `pass`. For `not-assessed` and `error`: what is missing or went wrong, and how to give it. */
  cause: z.optional(Cause),
  /** The check of `dependsOn` because of which this one did not pass, where that is why. */
  because: z.optional(z.string()),
  /** A shell script of curl and control calls that shows a failure. */
  repro: z.optional(z.string()),
  evidence: z.array(Evidence),
  /** With `--repeat`: how often it came out otherwise. */
  unstable: z.optional(z.boolean()),
})
export type CheckResult = z.infer<typeof CheckResult>

export const CriterionResult = z.object({
  id: CriterionId,
  title: z.string(),
  /** Points of the checks that passed, and those that were given by hand. */
  score: Points,
  /** Points of the checks that passed or failed. */
  assessable: Points,
  maxScore: Points,
})
export type CriterionResult = z.infer<typeof CriterionResult>

/** What a good engineer would add: reported with the same evidence, and without points. */
export const Advice = z.object({
  id: z.string(),
  title: z.string(),
  /** Whether there is something to advise. */
  status: CheckStatus,
  cause: z.optional(Cause),
  repro: z.optional(z.string()),
  evidence: z.array(Evidence),
})
export type Advice = z.infer<typeof Advice>

/** A moment of the run, for a drawing of it. */
export const TimelineEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('request'),
    at: At,
    durationMs: Milliseconds,
    service: z.string(),
    label: z.string(),
    status: z.nullable(z.int()),
  }),
  /** A circuit as `GET /health` showed it, from then on. */
  z.object({ type: z.literal('circuit'), at: At, service: z.string(), state: z.string() }),
  /** A part was stopped, started or restarted. */
  z.object({ type: z.literal('control'), at: At, durationMs: Milliseconds, label: z.string() }),
  /** An experiment, such as all that concerns the circuit breaker. */
  z.object({ type: z.literal('experiment'), at: At, durationMs: Milliseconds, label: z.string() }),
])
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** The canonical report; every other format is made from it, so that totals always agree. */
export const Report = z.object({
  schema: z.literal('msctl.report/v1'),
  run: z.object({
    seed: z.int(),
    startedAt: z.iso.datetime(),
    durationMs: Milliseconds,
    target: z.object({
      /** How it was reached. */
      kind: z.enum(['running', 'throw-away', 'url', 'compose']),
      url: z.string(),
      /** What the grader had been given, such as `http`, `redis`, `db`, `control`. */
      reach: z.array(z.string()),
      /** A submission's name, where there is one. */
      name: z.optional(z.string()),
    }),
    /** How often everything was run (`--repeat`). */
    attempts: z.int(),
    language: z.enum(['en', 'ru']),
    /** False when the run was ended early. */
    complete: z.boolean(),
    msctl: z.string(),
  }),
  score: Points,
  /** Points that could be judged: those of checks that passed or failed. */
  assessable: Points,
  maxScore: Points,
  /** In percent of `assessable`. */
  passMark: z.number().check(z.gte(0), z.lte(100)),
  /** At or above the pass mark, nothing went wrong with the grading itself, and something could be judged. */
  passed: z.boolean(),
  criteria: z.array(CriterionResult),
  checks: z.array(CheckResult),
  advice: z.array(Advice),
  timeline: z.array(TimelineEntry),
})
export type Report = z.infer<typeof Report>
