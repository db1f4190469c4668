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
