import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@msctl/platform/wait-until'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
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
/** Far more than a few submissions that are graded side by side come to. */
const BUSY_LOAD = 4
const BUSY_INSPECTION_MS = 2_500
/** So often in a row a container has to be seen ended before it counts. */
const DEAD_LOOKS = 3

export interface Answers {
  readonly isGatewayThere: boolean
  /** What does not answer, and how. Empty when all do. */
  readonly missing: readonly string[]
  /** As they were then. */
  readonly containers: readonly SubmittedContainer[]
  /** When that was known, as `performance.now()`. */
  readonly at: number
  /** Whether this machine was so busy that nothing can be concluded from what did not answer in time. */
  readonly isMachineBusy: boolean
}

/**
 * Waits until all three services answer through the gateway. What answers is what counts, not what a health check says: that may be
 * wrong, or not there. Gives up early on what has ended for good.
 *
 * @throws the signal's reason.
 */
export async function awaitAnswers(options: {
  /** Of the gateway, if there is one. */
  readonly url: string | undefined
  readonly roles: Roles
  readonly containers: () => Promise<readonly SubmittedContainer[]>
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}): Promise<Answers> {
  const { url, roles, containers, deadlineMs, signal } = options
  const began = performance.now()
  const deadLooks = new Map<string, number>()
  const failures = new Map<ServiceName, number>()
  const nextProbe = new Map<ServiceName, number>()
  const open = new Map<ServiceName, string>(SERVICES.map((service) => [service, 'never asked']))
  const inspections: number[] = []
  let isGatewayThere = false
  let found: readonly SubmittedContainer[] = []

  const isDead = (role: ServiceName | 'gateway') => (deadLooks.get(roles[role] ?? '') ?? 0) >= DEAD_LOOKS
  async function look(): Promise<true | undefined> {
    const asked = performance.now()
    found = await containers()
    inspections.push(performance.now() - asked)
    for (const { service, isDead: isOver } of found)
      deadLooks.set(service, isOver ? (deadLooks.get(service) ?? 0) + 1 : 0)
    const isThere = (role: ServiceName | 'gateway') => found.some(({ service }) => service === roles[role])
    if (url === undefined || !isThere('gateway') || isDead('gateway')) {
      isGatewayThere = false
      return isThere('gateway') && !isDead('gateway') ? undefined : true
    }
    // Asking the gateway counts for nothing until it answers: its own health check need not be waited for.
    const areHealthy = SERVICES.every((role) =>
      found.some(({ service, isHealthy }) => service === roles[role] && isHealthy),
    )
    const isComing = found.some(({ service, isStarting }) => service !== roles.gateway && isStarting)
    if (!areHealthy && isComing && performance.now() - began < HEALTH_PATIENCE_MS) return undefined
    for (const service of [...open.keys()]) {
      if (performance.now() < (nextProbe.get(service) ?? 0)) continue
      const answer = await probeSoon(`${url}/${service}`, signal)
      if (answer.status !== undefined) isGatewayThere = true
      if (answer.status !== undefined && answer.status < 500) {
        open.delete(service)
        continue
      }
      open.set(service, answer.status === undefined ? answer.error : `GET /${service} → ${answer.status}`)
      if (answer.status === undefined) break // no gateway yet: nothing counts as a failure
      const count = (failures.get(service) ?? 0) + 1
      failures.set(service, count)
      nextProbe.set(service, performance.now() + (count < FAST_PROBES ? 2 * POLL_MS : SLOW_POLL_MS))
    }
    // What has ended for good will not answer any more.
    return [...open.keys()].every((service) => isDead(service)) ? true : undefined
  }

  await waitUntil(look, { deadlineMs, everyMs: POLL_MS, signal })
  signal?.throwIfAborted()
  const missing = isGatewayThere
    ? [...open].map(([service, why]) => `${service}: ${why}`)
    : [`gateway: ${url === undefined ? 'there is none' : [...new Set(open.values())].join(', ')}`]
  const isMachineBusy = isBusy(inspections)
  return { isGatewayThere, missing, containers: found, at: performance.now(), isMachineBusy }
}

/** Runnable processes for each processor, and how long Docker takes to say what runs: far more than where there is nothing else to do. */
function isBusy(inspections: readonly number[]): boolean {
  const [load = 0] = loadavg()
  const median = inspections.toSorted((one, other) => one - other)[Math.floor(inspections.length / 2)] ?? 0
  return load / availableParallelism() > BUSY_LOAD || median > BUSY_INSPECTION_MS
}

/** Asks until there is an answer, whichever, for no longer than to the next look: a gateway that has just been started is there soon. */
async function probeSoon(url: string, signal: AbortSignal | undefined): ReturnType<typeof probe> {
  const last = performance.now() + POLL_MS
  for (;;) {
    const answer = await probe(url, signal)
    if (answer.status !== undefined || performance.now() > last) return answer
    await delay(SOON_MS, undefined, { signal })
  }
}

async function probe(
  url: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number } | { readonly status?: undefined; readonly error: string }> {
  const limit = AbortSignal.timeout(PROBE_TIMEOUT_MS)
  try {
    const answer = await fetch(url, {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    await answer.body?.cancel()
    return { status: answer.status }
  } catch (error) {
    signal?.throwIfAborted()
    if (limit.aborted) return { error: `no answer within ${PROBE_TIMEOUT_MS / 1000} s` }
    const cause = (error as { cause?: { code?: string; message?: string } }).cause
    return { error: cause?.code ?? cause?.message ?? String(error) }
  }
}
