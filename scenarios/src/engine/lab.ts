import type { Happening } from './events.ts'
import type { Text } from './text.ts'

/** What was expected and what was seen, judged. The judging functions of `expectations/` give these. */
export interface Finding {
  readonly held: boolean
  readonly expected: Text
  readonly actual: Text
}

/** A disturbance that can be seen and can be undone. */
export interface Fault {
  /** "Stop users" */
  readonly title: Text
  /** "Start users again", for when it is healed. Default: the title. */
  readonly undo?: Text
  apply(): Promise<unknown>
  /** Whether it has taken effect. Asked until it says so, or out of time. */
  isEffective(): Promise<boolean>
  /** Undoes it; must do nothing when there is nothing to undo. */
  heal(): Promise<unknown>
  /** How long it may take to take effect, in milliseconds. Default 30 000. */
  readonly withinMs?: number
}

/** How to wait. */
export interface Wait {
  /** The deadline, in milliseconds from now. */
  readonly withinMs: number
  /** From one look to the next, in milliseconds. Default 100. */
  readonly everyMs?: number
  /** When it should come true, in milliseconds from now, so that people can be shown a countdown. */
  readonly expectedInMs?: number
}

/** What a step works with. */
export interface Lab<World, State> {
  /** The platform, or the target: what this run is about. */
  readonly world: World
  readonly state: State
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
  /** The value of a parameter of the sheet. */
  parameter(name: string): number
  /** What was measured so far, by name. */
  readonly measurements: Readonly<Record<string, number>>
  /** Tells something. */
  say(text: Text): void
  /** Settles an expectation. Settled twice, it holds only if it held both times. */
  expect(id: string, finding: Finding): void
  /** In the steady state: ends the run unless it holds. */
  require(finding: Finding): void
  measure(name: string, label: Text, value: number, unit: string): void
  /**
   * Looks until there is something to see.
   *
   * @param look gives `undefined` while there is nothing yet.
   * @returns what it gave. @throws {LabError} `deadline`.
   */
  waitFor<T>(what: Text, look: () => Promise<T | undefined>, wait: Wait): Promise<T>
  /** Notes what has to be put back when the run ends, however it ends. The last noted is done first. */
  cleanUp(title: Text, work: () => Promise<unknown>): void
  /** Disturbs the platform, waits for the effect, and heals it at the end of the run. @throws {LabError} `fault-without-effect`. */
  inject(fault: Fault): Promise<void>
  /** Passes on what a tool of the world has seen: a request, a circuit. */
  report(happening: Happening): void
  /** The words of a text in the language of this run. */
  words(text: Text): string
}
