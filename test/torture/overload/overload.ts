import { setTimeout as delay } from 'node:timers/promises'
import { Health, SERVICES } from '@msctl/sdk/contract'
import { type Answer, createHttpClient, type HttpClient } from '../platform/http.ts'
import { PROGRAMS } from '../platform/programs.ts'
import { startReplica } from '../platform/replica.ts'
import type { Random } from '../random.ts'
import type { Context, Findings, Torture } from '../torture.ts'
import { startSlowService } from './slow-service.ts'

/** How many requests the gateway takes on, and how long each takes: 40 a second are sustainable, and 80 no work for the sender. */
const MAX_IN_FLIGHT = 8
const SERVICE_MS = 200
const SUSTAINABLE_PER_SECOND = (MAX_IN_FLIGHT * 1000) / SERVICE_MS
const HEALTH_INTERVAL_MS = 100
/** How soon all has to be normal again (the promise). */
const RECOVERY_MS = 5000
const PATIENCE_MS = 15_000

export const overload: Torture = {
  name: 'overload',
  promise:
    'With too much to do the gateway refuses at once, answers soon what it accepts, tells how it is, and is well again 5 s later.',
  run: (context) => overloadGateway(context, { seconds: 20, percentile: 0.99 }),
}

/**
 * Sends twice as much as is sustainable, at random moments and however slow the answers are.
 *
 * @param options.percentile which share of the answers has to be quick; without it, time is not judged. With all of them, one stall of
 *   a busy machine decides.
 */
export async function overloadGateway(
  { random, dir, onEnd, say }: Context,
  { seconds, percentile }: { seconds: number; percentile?: number },
): Promise<Findings> {
  const service = await startSlowService({ serviceMs: SERVICE_MS, onEnd })
  const gateway = await startReplica({
    name: 'gateway',
    entry: PROGRAMS.gateway,
    env: {
      ...{ USERS_URL: service.url, ORDERS_URL: service.url, PAYMENTS_URL: service.url },
      ...{ MAX_IN_FLIGHT: String(MAX_IN_FLIGHT), UPSTREAM_TIMEOUT_SECONDS: '20', LOG_LEVEL: 'fatal' },
    },
    ...{ dir, onEnd },
  })
  const http = createHttpClient({ connections: 512 })
  onEnd(http.close)
  await gateway.ready()
  const violations: string[] = []
  const expectThat = (isSo: boolean, what: string) => {
    if (!isSo) violations.push(what)
  }
  const send = () => sendTimed(http, `${gateway.url}/${random.pick(SERVICES)}/1`)
  const isWell = async () =>
    (await Promise.all(Array.from({ length: MAX_IN_FLIGHT / 2 }, send))).every(isAccepted)

  await isWell() // opens connections
  // For as long that it meets the stalls of a busy machine, too.
  const few = { random, seconds: seconds / 2, perSecond: SUSTAINABLE_PER_SECOND / 4 }
  const unloaded = await sendAtRate(send, few)
  const share = percentile ?? 0.5
  const unloadedMs = quantile(unloaded, share)
  say(`unloaded, an answer takes ${unloadedMs.toFixed(0)} ms`)

  const watch = watchHealth(http, gateway.url)
  const answers = await sendAtRate(send, { random, seconds, perSecond: 2 * SUSTAINABLE_PER_SECOND })
  const endedAt = performance.now()
  const health = await watch.end()
  const accepted = answers.filter(isAccepted)
  const refused = answers.filter(({ answer }) => answer?.status === 503)
  const [acceptedMs, refusedMs] = [quantile(accepted, share), quantile(refused, share)]
  say(`of ${answers.length} requests, ${accepted.length} were accepted and ${refused.length} refused`)

  expectThat(accepted.length + refused.length === answers.length, `others came to ${othersOf(answers)}`)
  expectThat(refused.length > 0, 'nothing was refused')
  expectThat(
    refused.every(({ answer }) => Number(answer?.headers['retry-after']) >= 1),
    'a refusal came without Retry-After',
  )
  expectThat(
    percentile === undefined || acceptedMs <= 2 * unloadedMs,
    `accepted requests took ${acceptedMs.toFixed(0)} ms instead of ${unloadedMs.toFixed(0)} ms`,
  )
  expectThat(percentile === undefined || refusedMs <= unloadedMs, `refusals took ${refusedMs.toFixed(0)} ms`)
  expectThat(service.mostAtOnce() <= MAX_IN_FLIGHT, `${service.mostAtOnce()} requests were under way at once`)
  expectThat(health.length > 0, 'nobody looked at the health')
  for (const answer of health) {
    const circuits = answer?.status === 200 ? Object.values(Health.parse(answer.json()).circuits) : []
    const isQuiet = circuits.length > 0 && circuits.every(({ failure_count }) => failure_count === 0)
    expectThat(isQuiet, `under load /health said ${answer?.status} ${answer?.text}`)
  }
  while (!(await isWell()) && performance.now() - endedAt < RECOVERY_MS) await delay(20)
  expectThat(await isWell(), `requests are still refused ${RECOVERY_MS} ms later`)
  const end = gateway.unexpectedEnd()
  if (end !== undefined) violations.push(end)

  const percent = `p${share * 100}`
  return {
    figures: {
      'requests, at twice the sustainable rate': answers.length,
      accepted: accepted.length,
      'refused with 503': refused.length,
      'under way at once at the service, at the most': service.mostAtOnce(),
      [`${percent} unloaded, of what is accepted, of refusals`]: [unloadedMs, acceptedMs, refusedMs]
        .map((ms) => `${ms.toFixed(1)} ms`)
        .join(', '),
      'looks at /health meanwhile': health.length,
    },
    violations,
  }
}

/** An answer, if there was one, and how long it took. */
interface Timed {
  answer: Answer | undefined
  tookMs: number
}

const isAccepted = ({ answer }: Timed): boolean => answer?.status === 200

async function sendTimed(http: HttpClient, url: string): Promise<Timed> {
  const sentAt = performance.now()
  const answer = await http.send(url, 'GET', { patienceMs: PATIENCE_MS }).catch(() => undefined)
  return { answer, tookMs: performance.now() - sentAt }
}

/** Sends at random moments, as many callers who know nothing of each other would. */
async function sendAtRate(
  send: () => Promise<Timed>,
  { random, seconds, perSecond }: { random: Random; seconds: number; perSecond: number },
): Promise<Timed[]> {
  const sent: Promise<Timed>[] = []
  const beganAt = performance.now()
  for (let dueMs = 0; dueMs < seconds * 1000; dueMs += (-Math.log(1 - random.next()) * 1000) / perSecond) {
    const waitMs = dueMs - (performance.now() - beganAt)
    if (waitMs > 1) await delay(waitMs)
    sent.push(send())
  }
  return Promise.all(sent)
}

/** Asks for the health again and again until it is ended. */
function watchHealth(http: HttpClient, url: string): { end(): Promise<(Answer | undefined)[]> } {
  let isOver = false
  const look = async () => {
    const seen: (Answer | undefined)[] = []
    while (!isOver) {
      seen.push((await sendTimed(http, `${url}/health`)).answer)
      await delay(HEALTH_INTERVAL_MS)
    }
    return seen
  }
  const seen = look()
  return {
    end: () => {
      isOver = true
      return seen
    },
  }
}

function quantile(timed: Timed[], share: number): number {
  const sorted = timed.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

const othersOf = (answers: Timed[]): string =>
  [...new Set(answers.map(({ answer }) => answer?.status ?? 'no answer'))].join(', ')
