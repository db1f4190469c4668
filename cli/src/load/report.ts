/** What `msctl load --json` prints. */
export interface LoadReport {
  readonly url: string
  readonly asked: { readonly rps: number; readonly durationMs: number }
  /** Whether it was ended before its time. */
  readonly interrupted: boolean
  /** Until the last answer. */
  readonly tookMs: number
  readonly sent: number
  /** Requests without an answer, and those answered with a 5xx. */
  readonly failed: number
  /** Requests a second as they were sent in fact. */
  readonly rps: number
  /** How many answers had which status. */
  readonly answers: Readonly<Record<string, number>>
  /** How many requests got no answer, by the reason's code; `NOT_SENT`: too many were under way. */
  readonly errors: Readonly<Record<string, number>>
  /** Of all answers, in milliseconds from the moment that the request was due; null when there were none. */
  readonly latencyMs: Latencies | null
  readonly histogram: readonly Bucket[]
}

/** In milliseconds. */
export interface Latencies {
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Answers that took at least `fromMs` and less than `toMs`. */
export interface Bucket {
  readonly fromMs: number
  readonly toMs: number
  readonly count: number
}
