import type { ServiceName } from '@msctl/sdk/contract'

/** How long a service takes from its start to its first answer, in milliseconds: it was asked at these times, and not in between. */
export interface StartUp {
  readonly longerThanMs: number
  readonly atMostMs: number
}

/** How long the services of a target take to come up, learned from each start that was watched. */
export interface StartUps {
  /** Whether any start was watched. */
  isAnyKnown(): boolean
  /**
   * Whether to watch one more start, before so much hangs on it that waiting must not take long: nothing is known of a service, or so
   * little that the wait would be longer than that, in milliseconds, and may be for nothing.
   */
  isWorthWatching(service: ServiceName, longMs: number): boolean
  /** How long to wait for a service after its start, so that it is there, in milliseconds. */
  patienceMs(service: ServiceName): number
  /** When to ask whether a service is there, in milliseconds since its start. @param isOurs it was we who started it. */
  looksMs(service: ServiceName, isOurs: boolean, startsInBackground: boolean): readonly number[]
  /**
   * Learns from a start.
   *
   * @param missMs when it was not there yet the last time, if ever.
   * @param seenMs when it was there; `undefined` when its circuit had opened meanwhile, so that nobody knows.
   */
  learn(service: ServiceName, missMs: number | undefined, seenMs: number | undefined): void
}

export function createStartUps(): StartUps {
  // The one that was learned last is the last in it: the services of a platform are much alike.
  const known = new Map<ServiceName, StartUp>()
  const last = () => [...known.values()].at(-1)
  return {
    isAnyKnown: () => known.size > 0,
    isWorthWatching: (service, longMs) => {
      const now = known.get(service) ?? last()
      return now === undefined || (isVague(now) && patienceFor(now) > longMs)
    },
    patienceMs: (service) => patienceFor(known.get(service) ?? last()),
    looksMs: (service, isOurs, startsInBackground) =>
      isOurs ? looksAt(known.get(service), last(), startsInBackground) : looksAt(undefined, undefined, false),
    learn: (service, missMs, seenMs) => {
      const own = known.get(service)
      const now =
        seenMs === undefined ? missedUntil(own, missMs ?? 0) : learned(own ?? last(), missMs, seenMs)
      known.delete(service)
      known.set(service, now)
    },
  }
}

/**
 * When to ask a service of which nothing is known yet, in milliseconds since its start: few times, as each that fails counts for its
 * circuit. The next one would be the fifth in a row, with the one that showed that it was stopped.
 */
const LOOKS_MS = [0, 300, 1_800, 6_800]
/** The same, where it is known not to be there at once: in a container, a small Node service needs some 300 ms. */
const LATER_LOOKS_MS = [350, 600, 1_800, 6_800]
/** One that is there within this, in milliseconds, is there at once: whoever started it has waited for it. */
const AT_ONCE_MS = 100
/** What is known as well as that, in milliseconds, need not be known better. */
const WELL_KNOWN_MS = 500
/** By how much one start may take longer than another. */
const ROUGHLY = 1.5

/**
 * How long to wait for a service after its start, so that it is there, in milliseconds.
 *
 * @param known What is known of it, or else of another.
 */
export function patienceFor(known: StartUp | undefined): number {
  return known === undefined || known.atMostMs < AT_ONCE_MS ? 0 : known.atMostMs * ROUGHLY
}

const isVague = ({ longerThanMs, atMostMs }: StartUp): boolean =>
  atMostMs > WELL_KNOWN_MS && atMostMs > longerThanMs * ROUGHLY

/**
 * When to ask whether a service is there, in milliseconds since its start, each time later than the one before.
 *
 * @param own What is known of this one.
 * @param last What was learned last, of whichever: the services of a platform are much alike.
 * @param startsInBackground Whoever starts it does not wait for it.
 */
export function looksAt(
  own: StartUp | undefined,
  last: StartUp | undefined,
  startsInBackground: boolean,
): readonly number[] {
  const known = own ?? last
  if (known === undefined || known.atMostMs < AT_ONCE_MS)
    return startsInBackground ? LATER_LOOKS_MS : LOOKS_MS
  const { longerThanMs, atMostMs } = known
  const between = Math.sqrt(Math.max(longerThanMs, atMostMs / 10) * atMostMs)
  const early = isVague(known) ? [between, atMostMs] : own === undefined ? [atMostMs] : []
  const patience = patienceFor(known)
  return [...[...early, patience, patience + 300, patience + 1_800].slice(0, 3), patience + 6_800]
}

/**
 * What is known after one more start.
 *
 * @param before What was known, of this one or of another.
 * @param lastMissMs When it was not there yet the last time, in milliseconds since its start, if ever.
 * @param seenMs When it was there.
 */
export function learned(
  before: StartUp | undefined,
  lastMissMs: number | undefined,
  seenMs: number,
): StartUp {
  if (lastMissMs !== undefined) return { longerThanMs: lastMissMs, atMostMs: seenMs }
  return {
    longerThanMs: Math.min(before?.longerThanMs ?? 0, seenMs),
    atMostMs: Math.min(before?.atMostMs ?? seenMs, seenMs),
  }
}

/**
 * What is known after a start during which the circuit opened: what that took to close is not what the service took.
 *
 * @param missMs When the service was not there yet the last time before that.
 */
export function missedUntil(before: StartUp | undefined, missMs: number): StartUp {
  return { longerThanMs: missMs, atMostMs: Math.max(missMs, before?.atMostMs ?? 0) }
}
