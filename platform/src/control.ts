import type { Part } from './parts.ts'

/**
 * Stops and starts parts of a platform. Each of these resolves when it is done, and rejects when it could not be done. A part that is as
 * asked already stays as it is.
 *
 * @typeParam P the parts that it can stop and start.
 * @typeParam Done what it says of its work, such as what a program printed.
 */
export interface Control<P extends Part = Part, Done = unknown> {
  /** Ends a part gracefully. */
  stop(part: P): Promise<Done>
  start(part: P): Promise<Done>
  /** Everything down and up again; the data stay. */
  restart(): Promise<Done>
  /** Ends a part at once, as a crash would. Not everybody can. */
  kill?(part: P): Promise<Done>
  /** Whether several parts may be stopped and started at the same time. Default `false`. */
  readonly isConcurrent?: boolean
  /** Whether `start` returns while the part is still coming up. Default `false`: of a program, nobody knows. */
  readonly startsInBackground?: boolean
}
