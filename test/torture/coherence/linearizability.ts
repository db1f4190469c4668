import type { History, Operation, Version } from './history.ts'

/** Whether a history is linearizable, and if not, how far it can be explained. */
export type Verdict =
  | { isLinearizable: true }
  | { isLinearizable: false; unexplained: Operation; explained: number; state: Version }

/**
 * Whether one order explains a register's history: each operation takes effect at one moment between its beginning and
 * its answer, and each read sees what was written last. Wing and Gong's search, with Lowe's memory of configurations
 * that have been tried.
 *
 * A change without an answer takes effect between its beginning and `returnedAt`, or never. One whose version nobody
 * saw is left out, for it explains nothing.
 */
export function checkLinearizability({ initial, operations }: History): Verdict {
  const calls = relevantOf(operations)
  const first = linkEvents(calls)
  const tried = new Set<string>()
  const linearized = new Uint8Array(calls.length)
  let lowest = 0
  let highest = -1
  let count = 0
  let state = initial
  const path: { call: Event; before: Version; highestBefore: number }[] = []
  let deepest = { explained: -1, unexplained: calls[0], state: initial as Version }

  /** The operations that have taken effect, and the state after them; all below `lowest` have. */
  const configuration = () => `${state}:${lowest}:${linearized.subarray(lowest, highest + 1).join('')}`

  function take(call: Event, after: Version): boolean {
    const before = state
    const highestBefore = highest
    linearized[call.index] = 1
    highest = Math.max(highest, call.index)
    while (linearized[lowest] === 1) lowest += 1
    state = after
    if (tried.has(configuration())) {
      undo(call, before, highestBefore)
      return false
    }
    tried.add(configuration())
    path.push({ call, before, highestBefore })
    unlink(call)
    count += 1
    return true
  }

  function undo(call: Event, before: Version, highestBefore: number): void {
    linearized[call.index] = 0
    lowest = Math.min(lowest, call.index)
    highest = highestBefore
    state = before
  }

  /** Goes back to the last choice that can be made otherwise, and gives what comes after it. */
  function goBack(): Event | undefined {
    for (;;) {
      const last = path.pop()
      if (last === undefined) return undefined
      relink(last.call)
      undo(last.call, last.before, last.highestBefore)
      count -= 1
      // A read that could be explained need not wait: it changes nothing for those after it.
      if (calls[last.call.index]?.kind !== 'read') return last.call.next
    }
  }

  /** What to look at next, or `undefined` where nothing is left to try. */
  function next(event: Event): Event | undefined {
    const operation = calls[event.index] as Operation
    if (event.isCall) {
      const after = apply(operation, state)
      if (after === undefined) return event.next
      if (take(event, after)) return first.next
      return operation.kind === 'read' ? goBack() : event.next
    }
    // Its time is over without an effect.
    if (operation.outcome === 'unknown' && take(event.partner as Event, state)) return first.next
    if (count > deepest.explained) deepest = { explained: count, unexplained: operation, state }
    return goBack()
  }

  for (let event = first.next; event !== undefined; ) event = next(event)
  if (first.next === undefined) return { isLinearizable: true }
  const { unexplained, explained } = deepest
  return { isLinearizable: false, unexplained: unexplained as Operation, explained, state: deepest.state }
}

/** What the register holds after an operation; `undefined` where it cannot come next. */
function apply({ kind, version }: Operation, state: Version): Version | undefined {
  if (kind === 'read') return version === state ? state : undefined
  // What is deleted can be neither changed nor deleted.
  if (state === null) return undefined
  return kind === 'delete' ? null : version
}

/** Without the changes whose effect is neither known nor seen. */
function relevantOf(operations: Operation[]): Operation[] {
  const seen = new Set(operations.filter(({ kind }) => kind === 'read').map(({ version }) => version))
  const effectOf = ({ kind, version }: Operation) => (kind === 'delete' ? null : version)
  return operations.filter(
    (operation) =>
      operation.outcome === 'known' || (operation.kind !== 'read' && seen.has(effectOf(operation))),
  )
}

/** The beginning or the end of an operation, in a list by time. */
interface Event {
  index: number
  isCall: boolean
  at: number
  partner: Event | undefined
  previous: Event | undefined
  next: Event | undefined
}

/** Makes the list; what it gives stands before the first. */
function linkEvents(calls: Operation[]): Event {
  const order = calls.map((_, index) => index).sort((a, b) => invoked(calls, a) - invoked(calls, b))
  const sorted = order.map((index) => calls[index] as Operation)
  calls.splice(0, calls.length, ...sorted)
  const events = calls.flatMap(({ invokedAt, returnedAt }, index): Event[] => {
    const links = { partner: undefined, previous: undefined, next: undefined }
    const call: Event = { index, isCall: true, at: invokedAt, ...links }
    const end: Event = { index, isCall: false, at: returnedAt, ...links, partner: call }
    call.partner = end
    return [call, end]
  })
  // At the same moment beginnings come first: what cannot be told apart counts as concurrent.
  events.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall) || a.index - b.index)
  const head: Event = {
    index: -1,
    isCall: true,
    at: -Infinity,
    partner: undefined,
    previous: undefined,
    next: undefined,
  }
  let last = head
  for (const event of events) {
    last.next = event
    event.previous = last
    last = event
  }
  return head
}

const invoked = (calls: Operation[], index: number): number => (calls[index] as Operation).invokedAt

function unlink(call: Event): void {
  for (const event of [call, call.partner as Event]) {
    if (event.previous) event.previous.next = event.next
    if (event.next) event.next.previous = event.previous
  }
}

function relink(call: Event): void {
  for (const event of [call.partner as Event, call]) {
    if (event.previous) event.previous.next = event
    if (event.next) event.next.previous = event
  }
}
