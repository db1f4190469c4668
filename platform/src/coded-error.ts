/** An error that can be explained: a stable code, and the facts that the explanation needs. Each package has a subclass with a catalogue of its own. */
export class CodedError<Code extends string, Facts> extends Error {
  /** A stable name for what went wrong; scripts may rely on it. */
  readonly code: Code
  readonly facts: Facts

  constructor(code: Code, facts: Facts, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options)
    // Each lazily loaded command is a bundle with its own copy of this class, so `instanceof` does not hold across them.
    this.name = 'Failure'
    this.code = code
    this.facts = facts
  }
}

/** Whether `error` is a {@link CodedError}, with the given code if one is given, from whichever bundle. */
export function isCodedError(error: unknown, code?: string): error is CodedError<string, unknown> {
  return (
    error instanceof Error &&
    error.name === 'Failure' &&
    (code === undefined || (error as CodedError<string, unknown>).code === code)
  )
}
