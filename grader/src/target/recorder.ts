import type { Evidence, TimelineEntry } from '../run/report.ts'

/** How much of a body, an answer or an output is kept as evidence, in characters. */
const KEPT_CHARACTERS = 2_000
/** How many entries a drawing can still show; a run has a few thousand. */
const MAX_ENTRIES = 20_000

/** Keeps what is done to the target, with times since the run began. */
export interface Recorder {
  /** Milliseconds since the run began. */
  at(): number
  add(entry: TimelineEntry): void
  readonly timeline: readonly TimelineEntry[]
}

export function createRecorder(now: () => number = () => performance.now()): Recorder {
  const began = now()
  const timeline: TimelineEntry[] = []
  return {
    at: () => now() - began,
    add: (entry) => {
      if (timeline.length < MAX_ENTRIES) timeline.push(entry)
    },
    timeline,
  }
}

/** A text as evidence keeps it: cut at a stated length. */
export function cutText(text: string): string {
  const left = text.length - KEPT_CHARACTERS
  return left > 0 ? `${text.slice(0, KEPT_CHARACTERS)}… (${left} more characters)` : text
}

export type Exchange = Extract<Evidence, { type: 'exchange' }>
