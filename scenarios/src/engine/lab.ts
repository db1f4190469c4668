import type { UnstampedEvent } from './events.ts'

/** The languages in which scenarios and checks speak. */
export type Language = 'en' | 'ru'

/** Words in both languages; a plain string says the same in each, as an address or a number does. */
export type Text = string | Readonly<Record<Language, string>>

/** A number with so many decimals, as each language writes it. */
export function fixed(value: number, digits: number): Readonly<Record<Language, string>> {
  const en = value.toFixed(digits)
  return { en, ru: en.replace('.', ',') }
}

/** The words in one language. */
export function inLanguage(text: Text, language: Language): string {
  return typeof text === 'string' ? text : text[language]
}

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
  /** Says that an expectation could be neither shown nor refuted, and why: something came in between, such as a busy machine. */
  leaveOpen(id: string, reason: Text): void
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
  /** Looks as `waitFor` does; that there is nothing to see in time is an answer, too, and is `undefined`. */
  lookFor<T>(what: Text, look: () => Promise<T | undefined>, wait: Wait): Promise<T | undefined>
  /** Notes what has to be put back when the run ends, however it ends. The last noted is done first. */
  cleanUp(title: Text, work: () => Promise<unknown>): void
  /** Disturbs the platform, waits for the effect, and heals it at the end of the run. @throws {LabError} `fault-without-effect`. */
  inject(fault: Fault): Promise<void>
  /** Passes on what a tool of the world has seen: a request, a circuit. */
  report(event: UnstampedEvent): void
  /** The words of a text in the language of this run. */
  words(text: Text): string
}

/** What can go wrong in a run, other than an expectation that does not hold. */
export type LabErrorCode =
  /** The steady state was not there. */
  | 'not-ready'
  /** Something awaited did not come true in time. */
  | 'deadline'
  /** A fault was asked for, and could not be seen to have taken effect: nothing can be concluded from it. */
  | 'fault-without-effect'
  /** The sheet itself is wrong: it settles an expectation that it does not declare, or asks for an unknown parameter. */
  | 'sheet'

/** The engine's own errors. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly code: LabErrorCode

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
