import type { Random } from './random.ts'

/** Takes what is to be done when a torture is over; last come, first served. */
export type OnEnd = (cleanUp: () => Promise<void>) => void

/** What a torture is given. */
export interface Context {
  /** All chance comes from here, so that a seed repeats it. */
  random: Random
  /** A folder of its own, for logs and for what explains a violation. */
  dir: string
  onEnd: OnEnd
  /** Tells people how far it is. */
  say(line: string): void
}

/** What a torture did and found. */
export interface Findings {
  /** What was done and seen, by name, in the order in which it is printed. */
  figures: Record<string, number | string>
  /** Each a promise that was broken, with what shows it. */
  violations: string[]
}

/** Something that tries hard to break a promise of the platform. */
export interface Torture {
  name: string
  /** The promise that it tries to break. */
  promise: string
  run(context: Context): Promise<Findings>
}
