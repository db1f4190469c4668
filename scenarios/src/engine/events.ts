import * as z from 'zod/mini'

/** Where a run is: what must be true before it begins, the steps themselves, and putting everything back. */
export const Phase = z.enum(['steady-state', 'steps', 'clean-up'])
export type Phase = z.infer<typeof Phase>

/** How a run ended; see {@link ScenarioEvent}'s `end`. */
export const Outcome = z.enum(['held', 'not-held', 'inconclusive', 'not-ready', 'failed', 'interrupted'])
export type Outcome = z.infer<typeof Outcome>

/** The codes of failures that say nothing of the platform, but that a run cannot conclude anything. */
export const INCONCLUSIVE: ReadonlySet<string> = new Set(['deadline', 'fault-without-effect'])

const Milliseconds = z.number().check(z.nonnegative())

/** What can happen in a run. */
const kinds = [
  /** First of all: what is going to be done, and why. */
  z.object({
    type: z.literal('begin'),
    title: z.string(),
    question: z.string(),
    /** The idea, explained before anything is seen. */
    idea: z.string(),
    language: z.enum(['en', 'ru']),
    parameters: z.array(
      z.object({ name: z.string(), value: z.union([z.number(), z.string()]), reason: z.string() }),
    ),
    steps: z.array(z.string()),
    expectations: z.array(z.object({ id: z.string(), title: z.string() })),
  }),
  z.object({ type: z.literal('phase'), phase: Phase }),
  /** A step begins; `index` counts from 1 within its phase. */
  z.object({
    type: z.literal('step'),
    phase: Phase,
    index: z.int(),
    of: z.int(),
    title: z.string(),
  }),
  /** Something worth telling. */
  z.object({ type: z.literal('said'), text: z.string() }),
  /** A request was answered, or was not (`status` null, `error` says why). */
  z.object({
    type: z.literal('request'),
    method: z.string(),
    path: z.string(),
    status: z.nullable(z.int()),
    durationMs: Milliseconds,
    /** What of the answer matters here: `X-Cache: HIT`, an error's title. */
    note: z.optional(z.string()),
  }),
  /** A fault (or what undoes it): asked for, then seen to have taken effect. */
  z.object({
    type: z.literal('fault'),
    action: z.string(),
    state: z.enum(['asked', 'verified', 'healed']),
    tookMs: z.optional(Milliseconds),
  }),
  /** A circuit as the gateway shows it. */
  z.object({
    type: z.literal('circuit'),
    service: z.string(),
    status: z.string(),
    failureCount: z.int(),
    retryInSeconds: z.nullable(z.number()),
  }),
  /** A wait begins: for what, and until when at the most. With `expectedAt` it can be counted down. Epoch ms. */
  z.object({
    type: z.literal('waiting'),
    for: z.string(),
    deadlineAt: z.number(),
    expectedAt: z.optional(z.number()),
  }),
  z.object({ type: z.literal('waited'), for: z.string(), tookMs: Milliseconds, cameTrue: z.boolean() }),
  z.object({
    type: z.literal('measured'),
    name: z.string(),
    label: z.string(),
    value: z.number(),
    unit: z.string(),
  }),
  /** What was expected, and what was seen. */
  z.object({
    type: z.literal('expectation'),
    id: z.string(),
    title: z.string(),
    held: z.boolean(),
    expected: z.string(),
    actual: z.string(),
    /** Why it matters. */
    why: z.string(),
  }),
  /** An expectation could be neither shown nor refuted, and why. */
  z.object({ type: z.literal('left-open'), id: z.string(), title: z.string(), reason: z.string() }),
  /** Something else than an expectation went wrong; in a clean-up, the next one goes on all the same. */
  z.object({
    type: z.literal('failure'),
    phase: Phase,
    /** The title of the step, or of the clean-up. */
    step: z.string(),
    code: z.string(),
    message: z.string(),
    /** Where in somebody's own scenario it happened: `my-scenario.ts:12`. */
    place: z.exactOptional(z.string()),
  }),
  /**
   * Last of all. `held`: every expectation held. `not-held`: at least one did not. `inconclusive`: none was refuted, and
   * something could not be shown, since a fault took no effect, what was awaited did not come in time, or an answer came
   * about in another way. `not-ready`: the steady state was not there, so nothing was tried. `failed`: a step or a clean-up
   * went wrong, or an expectation was never settled.
   */
  z.object({
    type: z.literal('end'),
    outcome: Outcome,
    tookMs: Milliseconds,
    held: z.int(),
    notHeld: z.array(z.string()),
    /** Expectations that were never settled, or could not be shown. */
    open: z.array(z.string()),
    /** What was seen, explained. Only when every expectation held. */
    conclusion: z.optional(z.string()),
  }),
] as const

const stamp = {
  /** When it happened, epoch milliseconds. */
  at: z.number(),
  /** The name of the scenario, or of the experiment of a grading. */
  scenario: z.string(),
}

/** What happened, before the engine says when it was, and in which run. */
export type UnstampedEvent = z.infer<(typeof kinds)[number]>

/** One moment of a run, as a line of ndjson has it. Reporters fold these, and nothing else. */
export type ScenarioEvent = UnstampedEvent & { readonly at: number; readonly scenario: string }

const [first, ...others] = kinds.map((kind) => z.extend(kind as z.ZodMiniObject, stamp))
export const ScenarioEvent = z.discriminatedUnion('type', [
  first as NonNullable<typeof first>,
  ...others,
]) as unknown as z.ZodMiniType<ScenarioEvent>
