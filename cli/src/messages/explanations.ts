/** What happened, why, and what to do next: the three lines of an error. */
export interface Explanation {
  readonly what: string
  readonly why: string
  readonly next: string
}

/** An explanation of each of these failures, made of its facts. */
export type Explanations<Failures> = {
  readonly [Code in keyof Failures]: (facts: Failures[Code]) => Explanation
}

/** The last lines of a log, set off from the text around them. */
export const quote = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`
