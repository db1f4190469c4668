import { describeOperation, type History, type Operation } from './history.ts'
import { checkLinearizability } from './linearizability.ts'

/** A read that the contract forbids, and why. */
export interface Violation {
  key: string
  read: Operation
  why: string
}

/**
 * Reads that gave an older version than one whose change had been answered before they began (contract: "Cache-aside").
 */
export function findStaleReads({ key, initial, operations }: History): Violation[] {
  const changes = operations.filter(({ kind }) => kind !== 'read')
  const versionAfter = ({ kind, version }: Operation) => (kind === 'delete' ? null : version)
  const acknowledged = changes
    .filter(({ outcome }) => outcome === 'known')
    .sort((a, b) => a.returnedAt - b.returnedAt)
  // The latest beginning among those that had been answered by then: what was over before it has been replaced.
  const latestBegun: Operation[] = []
  for (const change of acknowledged) {
    const latest = latestBegun.at(-1)
    latestBegun.push(latest !== undefined && latest.invokedAt > change.invokedAt ? latest : change)
  }
  const overAt = new Map([[initial, -Infinity]])
  for (const change of changes) {
    const version = versionAfter(change)
    // Nothing follows a deletion.
    overAt.set(version, version === null ? Infinity : change.returnedAt)
  }

  return operations.flatMap((read): Violation[] => {
    if (read.kind !== 'read') return []
    const seenOverAt = overAt.get(read.version)
    if (seenOverAt === undefined) return [{ key, read, why: 'nobody has written that' }]
    const replacement = latestBegun[countBelow(acknowledged, read.invokedAt) - 1]
    if (replacement === undefined || replacement.invokedAt <= seenOverAt) return []
    return [{ key, read, why: `older than what was acknowledged before: ${describeOperation(replacement)}` }]
  })
}

/** How many operations, by time of their answers, were answered before `at`. */
function countBelow(answered: Operation[], at: number): number {
  let low = 0
  let high = answered.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((answered[middle] as Operation).returnedAt < at) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The history with what the contract leaves open: while a change has not been answered, a read from the cache may give
 * what was there before it, even if others have seen the new version already. Such a read is dated back to where the
 * first of the changes began that were under way when it did. What came from the database is left as it is.
 */
function relax({ key, initial, operations }: History): History {
  const changes = operations.filter(({ kind }) => kind !== 'read').sort((a, b) => a.invokedAt - b.invokedAt)
  const firstUnderWay = (at: number) =>
    changes.find(({ invokedAt, returnedAt }) => invokedAt < at && returnedAt > at)?.invokedAt ?? at
  return {
    key,
    initial,
    operations: operations.map((operation) =>
      operation.kind === 'read' && operation.source !== 'BYPASS'
        ? { ...operation, invokedAt: firstUnderWay(operation.invokedAt) }
        : operation,
    ),
  }
}

/** What the contract forbids in a history: stale reads, and reads that no one order of all changes explains. */
export function findViolations(history: History): Violation[] {
  const stale = findStaleReads(history)
  if (stale.length > 0) return stale
  const verdict = checkLinearizability(relax(history))
  if (verdict.isLinearizable) return []
  const { unexplained, state } = verdict
  const why = `no order of the changes explains it: the object held ${state ?? 'nothing'} by then`
  return [{ key: history.key, read: unexplained, why }]
}
