import * as z from 'zod/mini'

const Count = z.int().check(z.nonnegative())
const Milliseconds = z.number().check(z.nonnegative())

const Latencies = z.object({
  min: Milliseconds,
  mean: Milliseconds,
  p50: Milliseconds,
  p90: Milliseconds,
  p99: Milliseconds,
  max: Milliseconds,
})
export type Latencies = z.infer<typeof Latencies>

/** Answers that took at least `fromMs` and less than `toMs`. */
const Bucket = z.object({ fromMs: z.number(), toMs: z.number(), count: Count })
export type Bucket = z.infer<typeof Bucket>

/** What `msctl load --json` prints. */
export const LoadReport = z.object({
  url: z.string(),
  asked: z.object({ rps: z.number(), durationMs: z.number() }),
  /** Whether it was ended before its time. */
  interrupted: z.boolean(),
  /** Until the last answer. */
  tookMs: Milliseconds,
  sent: Count,
  /** Requests without an answer, and those answered with a 5xx. */
  failed: Count,
  /** Requests a second as they were sent in fact. */
  rps: z.number(),
  /** How many answers had which status. */
  answers: z.record(z.string(), Count),
  /** How many requests got no answer, by the reason's code; `NOT_SENT`: too many were under way. */
  errors: z.record(z.string(), Count),
  /** Of all answers, in milliseconds from the moment that the request was due; null when there were none. */
  latencyMs: z.nullable(Latencies),
  histogram: z.array(Bucket),
})
export type LoadReport = z.infer<typeof LoadReport>
