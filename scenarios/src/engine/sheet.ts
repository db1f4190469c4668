import type { Lab, Text } from './lab.ts'

/** A number that a scenario works with, and why it is what it is. */
export interface Parameter {
  readonly value: number
  /** Instead, when time is short (`--fast`). */
  readonly fast?: number
  readonly reason: Text
}

/** One numbered step; its title is a sentence that can be read aloud. */
export interface Step<World, State> {
  readonly title: Text
  run(lab: Lab<World, State>): Promise<void>
}

/** Something that ought to be seen. */
export interface Expectation {
  readonly title: Text
  /** Why it matters. */
  readonly why: Text
}

/**
 * A lab sheet: a question, and how to find the answer. It is data: it holds no loops, no sleeps and no sockets; what it does, it
 * does with the verbs of its {@link Lab}.
 */
export interface Sheet<World, State = Record<never, never>> {
  /** Stable, kebab-case: `circuit-breaker`. */
  readonly name: string
  readonly title: Text
  readonly question: Text
  /** The idea, in a few sentences, told before anything is done. */
  readonly idea: Text
  readonly parameters?: Readonly<Record<string, Parameter>>
  /** Every expectation that the steps may settle, by its stable id. */
  readonly expectations: Readonly<Record<string, Expectation>>
  /** What the steps remember for each other; made anew for each run. */
  state(): State
  /** What must be true before anything is tried. One that fails ends the run. */
  readonly steadyState: readonly Step<World, State>[]
  readonly steps: readonly Step<World, State>[]
  /** What was seen, explained, once every expectation held. */
  conclude?(lab: Pick<Lab<World, State>, 'state' | 'parameter' | 'measurements'>): Text
}

/** Types a sheet; gives it back as it is. */
export function defineSheet<World, State>(sheet: Sheet<World, State>): Sheet<World, State> {
  return sheet
}
