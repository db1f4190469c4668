import { setTimeout as delay } from 'node:timers/promises'
import { Health, type ServiceName } from '@msctl/sdk/contract'
import { createHttpClient, type HttpClient } from '../platform/http.ts'
import { PROGRAMS } from '../platform/programs.ts'
import { startReplica } from '../platform/replica.ts'
import type { Random } from '../random.ts'
import type { Context } from '../torture.ts'
import { type Behaviour, FAILING, type FakeService, startFakeService } from './fake-service.ts'
import { FAILURES } from './model.ts'

const RESET_SECONDS = 1.5
const TIMEOUT_SECONDS = 2
const PATIENCE_MS = 15_000
/** How many requests come when a circuit tries again. */
const CROWD = 200

/** What becomes of the one request that a half-open circuit lets through. */
const TRIALS = [
  'succeeds',
  'fails',
  'hangs',
  'loses its caller and succeeds',
  'loses its caller and hangs',
] as const
type Trial = (typeof TRIALS)[number]

/** What was done to circuits over HTTP, and what was wrong. */
export interface HttpFindings {
  requests: number
  rounds: number
  /** Requests that found the circuit open. */
  refused: number
  violations: string[]
}

/** One circuit: its service, and what its gateway says of it. */
interface Subject {
  name: ServiceName
  fake: FakeService
  gateway: string
  http: HttpClient
  random: Random
  findings: HttpFindings
}

/** Opens, tries and closes the circuits of a real gateway again and again, each service's for itself at the same time. */
export async function tortureOverHttp(
  { random, dir, onEnd }: Context,
  rounds: number,
): Promise<HttpFindings> {
  const [users, orders, payments] = await Promise.all([0, 1, 2].map(() => startFakeService(onEnd)))
  const fakes = { users, orders, payments } as Record<ServiceName, FakeService>
  const gateway = await startReplica({
    name: 'gateway',
    entry: PROGRAMS.gateway,
    env: {
      ...{ USERS_URL: fakes.users.url, ORDERS_URL: fakes.orders.url, PAYMENTS_URL: fakes.payments.url },
      ...{ BREAKER_RESET_SECONDS: String(RESET_SECONDS), UPSTREAM_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) },
      LOG_LEVEL: 'fatal',
    },
    ...{ dir, onEnd },
  })
  const http = createHttpClient({ connections: 2 * CROWD })
  onEnd(http.close)
  while (
    (await http.send(`${gateway.url}/health`, 'GET', { patienceMs: PATIENCE_MS }).catch(() => undefined)) ===
    undefined
  )
    await delay(20)

  const findings: HttpFindings = { requests: 0, rounds: 0, refused: 0, violations: [] }
  await Promise.all(
    Object.entries(fakes).map(async ([name, fake]) => {
      const chance = random.fork(name)
      const subject: Subject = {
        ...{ name: name as ServiceName, fake, gateway: gateway.url, http, random: chance, findings },
      }
      const trials = chance.shuffle(TRIALS)
      for (let round = 0; round < rounds; round++)
        await runRound(subject, trials[round % trials.length] as Trial)
    }),
  )
  const end = gateway.unexpectedEnd()
  if (end !== undefined) findings.violations.push(end)
  return findings
}

async function runRound(subject: Subject, trial: Trial): Promise<void> {
  const { fake, findings } = subject
  findings.rounds += 1
  const expectThat = (isSo: boolean, what: string) => {
    if (!isSo) findings.violations.push(`${subject.name}, a trial that ${trial}: ${what}`)
  }

  const kind = subject.random.pick([...FAILING, 'refused'] as const)
  await failOnce(subject, kind, FAILURES - 1)
  fake.behaviour = subject.random.pick(['answer', '404'])
  await ask(subject)
  const between = await circuitOf(subject)
  expectThat(
    between.status === 'CLOSED' && between.failure_count === 0,
    `four failures and an answer: ${JSON.stringify(between)}`,
  )

  // Calls from before that end after the circuit has opened.
  fake.behaviour = 'hang'
  const before = fake.seen()
  const late = Array.from({ length: 3 }, () => ask(subject))
  await seenBy(fake, before + late.length)
  await failOnce(subject, kind, FAILURES)
  const opened = await circuitOf(subject)
  expectThat(
    opened.status === 'OPEN' && opened.failure_count === FAILURES,
    `after ${kind}: ${JSON.stringify(opened)}`,
  )
  await refuseAll(subject, expectThat)
  fake.release()
  await Promise.all(late)
  expectThat((await circuitOf(subject)).status !== 'CLOSED', 'late answers closed it')

  await crowd(subject, trial, expectThat)
  await close(subject, expectThat)
}

/** Has a number of requests fail in the same way, at once. */
async function failOnce(subject: Subject, kind: Behaviour | 'refused', times: number): Promise<void> {
  const { fake } = subject
  if (kind === 'refused') await fake.listen(false)
  else fake.behaviour = kind
  await Promise.all(Array.from({ length: times }, () => ask(subject)))
  await fake.listen(true)
}

/** While it is open, everybody is refused at once, and the service sees nothing. */
async function refuseAll(subject: Subject, expectThat: (isSo: boolean, what: string) => void): Promise<void> {
  const before = subject.fake.seen()
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(subject)))
  const seen = subject.fake.seen() - before
  // On a machine that stood still meanwhile, its time may be over.
  if ((await circuitOf(subject)).status !== 'OPEN') return
  subject.findings.refused += answers.length
  expectThat(
    answers.every((answer) => answer?.status === 503 && Number(answer.headers['retry-after']) >= 1),
    `an open circuit answered ${JSON.stringify(answers.map((answer) => answer?.status))}`,
  )
  expectThat(seen === 0, 'an open circuit let something through')
}

/** Two hundred come when it tries again: one passes. */
async function crowd(
  subject: Subject,
  trial: Trial,
  expectThat: (isSo: boolean, what: string) => void,
): Promise<void> {
  const { fake, random } = subject
  fake.behaviour = 'hang'
  const before = fake.seen()
  const { retry_in_seconds } = await circuitOf(subject)
  const untilTrialMs = (retry_in_seconds ?? 0) * 1000
  const hangUp = new AbortController()
  let answered = 0
  const come = async (afterMs: number) => {
    await delay(Math.max(0, afterMs))
    const answer = await ask(subject, trial.startsWith('loses its caller') ? hangUp.signal : undefined)
    answered += 1
    return answer
  }
  const answers = Array.from({ length: CROWD }, () => come(untilTrialMs + random.between(-30, 60)))
  await until(() => {
    // On a busy machine all of them may have come too early.
    if (answered === answers.length) answers.push(come(0))
    return fake.seen() > before
  })
  // All others are refused while the one is under way.
  await until(() => answered >= answers.length - 1)
  const during = await circuitOf(subject)
  expectThat(during.status === 'HALF_OPEN', `while the trial is under way it is ${during.status}`)
  const halfOpenAt = during.transitions.at(-1)?.at ?? ''
  expectThat(fake.seen() === before + 1, `${fake.seen() - before} of ${CROWD} were let through`)

  hangUp.abort()
  if (trial === 'fails') await fake.listen(false)
  else if (trial === 'succeeds' || trial === 'loses its caller and succeeds') fake.release()
  const statuses = (await Promise.all(answers)).map((answer) => answer?.status)
  const expected =
    { succeeds: 'CLOSED', 'loses its caller and succeeds': 'CLOSED' }[trial as string] ?? 'OPEN'
  const verdictOf = async () =>
    (await circuitOf(subject)).transitions.findLast(
      ({ from, at }) => from === 'HALF_OPEN' && at >= halfOpenAt,
    )
  await until(async () => (await verdictOf()) !== undefined)
  const verdict = await verdictOf()
  expectThat(verdict?.to === expected, `it is ${verdict?.to} afterwards`)
  expectThat(fake.seen() === before + 1, `${fake.seen() - before} of ${CROWD} were let through`)
  const others = statuses.filter((status) => status === 503 || status === undefined).length
  expectThat(others >= answers.length - 1, `the crowd was answered ${JSON.stringify(statuses)}`)
  fake.release()
  await fake.listen(true)
}

/** Lets the service be well, until the circuit is closed. */
async function close(subject: Subject, expectThat: (isSo: boolean, what: string) => void): Promise<void> {
  subject.fake.behaviour = 'answer'
  await until(async () => (await ask(subject))?.status === 200)
  const { status, failure_count } = await circuitOf(subject)
  expectThat(status === 'CLOSED' && failure_count === 0, `after an answer it is ${status}`)
}

/** @returns `undefined` where the caller hung up, or the answer was cut off. */
async function ask({ name, gateway, http, findings }: Subject, signal?: AbortSignal) {
  findings.requests += 1
  return http
    .send(`${gateway}/${name}/1`, 'GET', { patienceMs: PATIENCE_MS, ...(signal && { signal }) })
    .catch(() => undefined)
}

async function circuitOf({ name, gateway, http }: Subject) {
  const answer = await http.send(`${gateway}/health`, 'GET', { patienceMs: PATIENCE_MS })
  return Health.parse(answer.json()).circuits[name]
}

const seenBy = (fake: FakeService, count: number) => until(() => fake.seen() >= count)

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${PATIENCE_MS} ms: ${isSo}`)
    await delay(10)
  }
}
