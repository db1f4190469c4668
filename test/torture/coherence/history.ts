/** What a register holds: the version that was written last, or `null` once the object is deleted. */
export type Version = number | null

/** Something a client did to one object, or saw of it. */
export interface Operation {
  kind: 'read' | 'write' | 'delete'
  /** What a write wrote, or what a read saw. Each write of a register has a version of its own. */
  version: Version
  /** When the client began, in milliseconds of one clock for all clients. */
  invokedAt: number
  /** When the client had its answer. A change without one can take effect until then, and no later. */
  returnedAt: number
  /** Whether it is known to have happened. A change that got no answer may have, or not. */
  outcome: 'known' | 'unknown'
  /** Who answered, and from where: for people, and for what is excepted. */
  replica?: number
  source?: string
}

/** One object's life: what it began with, and all that was done to it. */
export interface History {
  key: string
  initial: Version
  operations: Operation[]
}

/** An operation in one line, for people. Times in seconds since `origin`. */
export function describeOperation(operation: Operation, origin = 0): string {
  const { kind, version, invokedAt, returnedAt, outcome, replica, source } = operation
  const at = (ms: number) => (Number.isFinite(ms) ? ((ms - origin) / 1000).toFixed(3) : '…')
  const what = kind === 'delete' ? 'delete' : `${kind} ${version ?? 'nothing'}`
  const who = replica === undefined ? '' : ` through replica ${replica}`
  const from = source === undefined ? '' : ` (${source})`
  return `${at(invokedAt)}–${at(returnedAt)} ${what}${who}${from}${outcome === 'unknown' ? ' without an answer' : ''}`
}
