import type { Fault } from './faults.ts'
import type { History, Operation } from './history.ts'
import type { Resource } from './resources.ts'

/**
 * For how long after a kill the cache may answer with what the commit has replaced (contract: 5 s). As a client cannot
 * tell a killed service from one that failed otherwise, this holds for every change without an answer.
 */
export const KILL_GRACE_MS = 5000
/** How long a replica takes to notice that its database is there again, and what it has missed. */
const DATABASE_GRACE_MS = 2000
/** How long a statement may be under way before a fault strikes it. */
const STATEMENT_MS = 3000

/** A replica's faults of some kinds, in their order. */
const faultsOf = (
  faults: readonly Fault[],
  resource: Resource,
  replica: number | undefined,
  strikes: Fault['strikes'][],
) =>
  faults
    .filter(
      ({ member, strikes: what }) =>
        member?.resource === resource && member.index === replica && strikes.includes(what),
    )
    .sort((a, b) => a.from - b.from)

/** What nobody waits for any more takes no more times as long as the slowest change that somebody waited for. */
const AS_SLOW = 3

/** How long a change may take after its client has hung up: the service goes on, as slowly as a busy machine makes it. */
function graceMs(operations: readonly Operation[]): number {
  const took = operations
    .filter(({ kind }) => kind !== 'read')
    .map(({ invokedAt, returnedAt }) => returnedAt - invokedAt)
  return Math.max(KILL_GRACE_MS, AS_SLOW * Math.max(...took))
}

/**
 * Until when a change without an answer may still take effect: a paused process goes on where it was, and what was held
 * back on its way to the database arrives when the fault is over.
 */
function settledAt(
  operation: Operation,
  { resource, faults, grace }: { resource: Resource; faults: readonly Fault[]; grace: number },
): number {
  let at = operation.returnedAt
  for (const { from, to } of faultsOf(faults, resource, operation.replica, ['database', 'paused'])) {
    if (from < at + STATEMENT_MS && to > at) at = to
  }
  return at + grace
}

/**
 * The one double fault that the contract excepts: a replica that is cut off from its database goes on answering from the
 * cache, though an invalidation may be undeliverable at the time.
 */
function isExcepted(read: Operation, resource: Resource, faults: readonly Fault[]): boolean {
  if (read.kind !== 'read' || read.source !== 'HIT') return false
  const redisFaults = faults.filter(({ strikes }) => strikes === 'redis')
  return faultsOf(faults, resource, read.replica, ['database']).some(
    ({ from, to }) =>
      read.returnedAt > from &&
      read.invokedAt < to + DATABASE_GRACE_MS &&
      redisFaults.some((fault) => fault.from < read.returnedAt && fault.to + DATABASE_GRACE_MS > from),
  )
}

/** A history as far as the contract speaks of it, given what was struck meanwhile, and when the last of it is over. */
export function applyExceptions(
  { key, initial, operations }: History,
  resource: Resource,
  faults: readonly Fault[],
): { history: History; settled: number; excepted: number } {
  const grace = graceMs(operations)
  const judged = operations
    .filter((operation) => !isExcepted(operation, resource, faults))
    .map((operation) =>
      operation.outcome === 'unknown'
        ? { ...operation, returnedAt: settledAt(operation, { resource, faults, grace }) }
        : operation,
    )
  const settled = Math.max(...judged.map(({ returnedAt }) => returnedAt))
  return {
    history: { key, initial, operations: judged },
    settled,
    excepted: operations.length - judged.length,
  }
}
