import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@msctl/platform/wait-until'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { limitTime } from '../time-limit.ts'
import type { SubmittedContainer } from './inspect.ts'
import type { Roles } from './recognise.ts'

const PROBE_TIMEOUT_MS = 10_000
const POLL_MS = 500
const SOON_MS = 100
/** Four failures in a row do not open a circuit. Then slowly, so that a circuit that is open can close. */
const FAST_PROBES = 4
const SLOW_POLL_MS = 5_000
/** How long health checks are waited for before the gateway is asked, in milliseconds: each failure there counts. */
const HEALTH_PATIENCE_MS = 60_000
/** After which all has to be as it was, for it to have started: what ends soon after its start has not. In milliseconds. */
const SEEN_AGAIN_MS = 3_000
/** How long a service may answer with 500 while it comes up, in milliseconds: one that is always wrong is not waited for to the end. */
const FAULTY_PATIENCE_MS = 60_000
/** Far more than a few submissions that are graded side by side come to. */
const BUSY_LOAD = 4
const BUSY_INSPECTION_MS = 2_500
/** What has been started again so often, and once more this shortly before the end, does not run: it restarts. In milliseconds. */
const RESTARTS = 2
const RESTARTED_WITHIN_MS = 30_000
/** So often in a row a container has to be seen ended before it counts. */
const DEAD_LOOKS = 3

export interface Answers {
  readonly isGatewayThere: boolean
  /** The services that answer as they should: with a list. */
  readonly answered: readonly ServiceName[]
  /** What does not, and how it answers. Empty when all do. */
  readonly missing: readonly string[]
  /** As they were then. */
  readonly containers: readonly SubmittedContainer[]
  /** When that was known, as `performance.now()`. */
  readonly at: number
  /** Whether this machine was so busy that nothing can be concluded from what did not answer in time. */
  readonly isMachineBusy: boolean
}

export interface AwaitOptions {
  /** Of the gateway, if there is one. */
  readonly url: string | undefined
  readonly roles: Roles
  /** Which services are waited for. Default: all. */
  readonly services?: readonly ServiceName[]
  readonly containers: () => Promise<readonly SubmittedContainer[]>
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/** What a service answers while it is waited for. */
interface Watched {
  /** A list, an answer that is none, an error of the server, or nothing at all. */
  seen: Seen
  /** Since when it answers just that. */
  since: number
  failures: number
  nextProbe: number
}

/**
 * Waits until the services answer through the gateway with lists, and do so again some seconds later, when nothing has ended or begun
 * anew. What answers is what counts, not what a health check says: that may be wrong, or not there. Gives up early on what has ended for
 * good, and on what keeps answering something else.
 *
 * @throws the signal's reason.
 */
export async function awaitAnswers(options: AwaitOptions): Promise<Answers> {
  const { url, roles, services = SERVICES, containers, deadlineMs, signal } = options
  const began = performance.now()
  const deadLooks = new Map<string, number>()
  const starts = new Map<string, { readonly startedAt: string; readonly seenAt: number }>()
  const watched = new Map(services.map((service) => [service, newWatched()] as const))
  const inspections: number[] = []
  let isGatewayThere = false
  let found: readonly SubmittedContainer[] = []
  let settledAs: { readonly at: number; readonly containers: string } | undefined

  const isDead = (role: ServiceName | 'gateway') => (deadLooks.get(roles[role] ?? '') ?? 0) >= DEAD_LOOKS
  const isThere = (role: ServiceName | 'gateway') => found.some(({ service }) => service === roles[role])

  async function inspect(): Promise<void> {
    const asked = performance.now()
    found = await containers()
    inspections.push(performance.now() - asked)
    for (const { service, isDead: isOver, startedAt } of found) {
      deadLooks.set(service, isOver ? (deadLooks.get(service) ?? 0) + 1 : 0)
      const before = starts.get(service)
      if (before?.startedAt === startedAt) continue
      starts.set(service, { startedAt, seenAt: before === undefined ? began : performance.now() })
    }
  }

  function restarts({ service, state, restarts: times }: SubmittedContainer): boolean {
    if (times < RESTARTS) return false
    const lastedMs = performance.now() - (starts.get(service)?.seenAt ?? began)
    return state.startsWith('restarting') || lastedMs < RESTARTED_WITHIN_MS
  }

  /** Asking the gateway counts for nothing until it answers: its own health check need not be waited for. */
  function isComingUp(): boolean {
    const areHealthy = services.every((role) =>
      found.some(({ service, isHealthy }) => service === roles[role] && isHealthy),
    )
    return !areHealthy && found.some(({ service, isStarting }) => service !== roles.gateway && isStarting)
  }

  async function ask(service: ServiceName, each: Watched): Promise<Seen> {
    const seen = await probeSoon(`${url}/${service}`, signal)
    const now = performance.now()
    if (seen.is !== 'silent') isGatewayThere = true
    if (wordsOf(service, seen) !== wordsOf(service, each.seen)) each.since = now
    each.seen = seen
    if (seen.is === 'faulty') each.failures++
    const isSlow = seen.is === 'faulty' && each.failures >= FAST_PROBES
    each.nextProbe = now + (seen.is === 'silent' ? 0 : isSlow ? SLOW_POLL_MS : 2 * POLL_MS)
    return seen
  }

  /** Whether no other answer is to be expected. */
  function isSettled(service: ServiceName, { seen, since }: Watched): boolean {
    const lastedMs = performance.now() - since
    if (seen.is === 'list' || isDead(service)) return true
    if (seen.is === 'other') return lastedMs >= SEEN_AGAIN_MS
    return seen.is === 'faulty' && seen.status === 500 && lastedMs >= FAULTY_PATIENCE_MS
  }

  async function look(): Promise<true | undefined> {
    await inspect()
    if (url === undefined || !isThere('gateway') || isDead('gateway')) {
      isGatewayThere = false
      return isThere('gateway') && !isDead('gateway') ? undefined : true
    }
    if (isComingUp() && performance.now() - began < HEALTH_PATIENCE_MS) return undefined
    const isSecondLook = settledAs !== undefined && performance.now() - settledAs.at >= SEEN_AGAIN_MS
    for (const [service, each] of watched) {
      if (each.seen.is === 'list' && !isSecondLook) continue
      if (performance.now() < each.nextProbe && !(isSecondLook && each.seen.is === 'list')) continue
      if ((await ask(service, each)).is === 'silent') break // no gateway yet
    }
    if (![...watched].every(([service, each]) => isSettled(service, each))) {
      settledAs = undefined
      return undefined
    }
    const now = runningOf(found, roles)
    if (settledAs?.containers !== now) settledAs = { at: performance.now(), containers: now }
    else if (isSecondLook) return true
    return undefined
  }

  await waitUntil(look, { deadlineMs, everyMs: POLL_MS, signal })
  signal?.throwIfAborted()
  const all = [...watched]
  const open = all.filter(([, { seen }]) => seen.is !== 'list')
  const words = open.map(([service, { seen }]) => wordsOf(service, seen))
  const answered = isGatewayThere
    ? all.flatMap(([service, { seen }]) => (seen.is === 'list' ? [service] : []))
    : []
  const doAnswer = new Set<string | undefined>(answered.map((service) => roles[service]))
  if (isGatewayThere) doAnswer.add(roles.gateway)
  const containersThen = found.map((each) =>
    !doAnswer.has(each.service) && restarts(each)
      ? { ...each, isRunning: false, state: each.state.replace(/^running/, 'restarting') }
      : each,
  )
  const doesRun = (service: ServiceName) =>
    containersThen.some((each) => each.service === roles[service] && each.isRunning)
  return {
    ...{ isGatewayThere, containers: containersThen, at: performance.now(), answered },
    // A 404 or a 500 is an answer that more time does not change, and so is a service that does not run.
    isMachineBusy:
      open.some(([service, { seen }]) => mayComeUp(seen) && doesRun(service)) && isBusy(inspections),
    missing: isGatewayThere
      ? open.map(([service, { seen }]) => `${service}: ${wordsOf(service, seen)}`)
      : [`gateway: ${url === undefined ? 'there is none' : [...new Set(words)].join(', ')}`],
  }
}

function newWatched(): Watched {
  return { seen: { is: 'silent', error: 'never asked' }, since: performance.now(), failures: 0, nextProbe: 0 }
}

/** Which containers of the platform run, and since when: another text when one has ended or begun anew. */
function runningOf(containers: readonly SubmittedContainer[], roles: Roles): string {
  const parts = new Set<string | undefined>(Object.values(roles))
  return containers
    .filter(({ service }) => parts.has(service))
    .map(({ service, state, startedAt }) => `${service} ${state} ${startedAt}`)
    .sort()
    .join('\n')
}

/** Runnable processes for each processor, and how long Docker takes to say what runs: far more than where there is nothing else to do. */
function isBusy(inspections: readonly number[]): boolean {
  const [load = 0] = loadavg()
  const median = inspections.toSorted((one, other) => one - other)[Math.floor(inspections.length / 2)] ?? 0
  return load / availableParallelism() > BUSY_LOAD || median > BUSY_INSPECTION_MS
}

/** Whether a service that is seen so may only need more time. */
const mayComeUp = (seen: Seen) => seen.is === 'silent' || (seen.is === 'faulty' && seen.status !== 500)

/** What came of one request. */
type Seen =
  | { readonly is: 'list' }
  /** Below 500, and no list. */
  | { readonly is: 'other'; readonly status: number }
  | { readonly is: 'faulty'; readonly status: number }
  | { readonly is: 'silent'; readonly error: string }

function wordsOf(service: ServiceName, seen: Seen): string {
  if (seen.is === 'silent') return seen.error
  if (seen.is === 'list') return `GET /${service} → a list`
  const note = seen.is === 'other' && seen.status < 300 ? ', not a list' : ''
  return `GET /${service} → ${seen.status}${note}`
}

/** Asks until there is an answer, whichever, for no longer than to the next look: a gateway that has just been started is there soon. */
async function probeSoon(url: string, signal: AbortSignal | undefined): Promise<Seen> {
  const last = performance.now() + POLL_MS
  for (;;) {
    const seen = await probe(url, signal)
    if (seen.is !== 'silent' || performance.now() > last) return seen
    await delay(SOON_MS, undefined, { signal })
  }
}

async function probe(url: string, signal: AbortSignal | undefined): Promise<Seen> {
  const limit = limitTime(PROBE_TIMEOUT_MS, signal)
  try {
    const answer = await fetch(url, { signal: limit.signal })
    const { status } = answer
    if (status >= 500) {
      await answer.body?.cancel()
      return { is: 'faulty', status }
    }
    const isList = answer.ok && holdsList(await answer.text())
    return isList ? { is: 'list' } : { is: 'other', status }
  } catch (error) {
    signal?.throwIfAborted()
    if (limit.signal.aborted) return { is: 'silent', error: `no answer within ${PROBE_TIMEOUT_MS / 1000} s` }
    const cause = (error as { cause?: { code?: string; message?: string } }).cause
    return { is: 'silent', error: cause?.code ?? cause?.message ?? String(error) }
  } finally {
    limit.release()
  }
}

/** Whether JSON is a list, or has one in it, as in `{"items": []}`. */
function holdsList(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text)
    return (
      Array.isArray(json) ||
      (typeof json === 'object' && json !== null && Object.values(json).some(Array.isArray))
    )
  } catch {
    return false
  }
}
