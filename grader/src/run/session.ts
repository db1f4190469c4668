import { setTimeout as delay } from 'node:timers/promises'
import type { Text } from '@msctl/scenarios'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Http } from '../target/http.ts'
import { measurePace } from '../target/pace.ts'
import { recordControl } from '../target/record-control.ts'
import type { Recorder } from '../target/recorder.ts'
import { createStartUps } from '../target/start-ups.ts'
import type { Target, Unstarted } from '../target/target.ts'
import type { Connection } from './connection.ts'
import { type Grader, GradingError, type Need, type RecordedControl, TargetFailure } from './grader.ts'
import type { Reach } from './needs.ts'
import { type Preflight, runPreflight } from './preflight.ts'
import { databaseProbe, detectStalls, redisProbe, type StallDetector } from './stall-detector.ts'
import type { Untried } from './verdict.ts'

/** A grading under way: what experiments work with, and what tells whether somebody else is to blame when one fails. */
export interface Session {
  readonly grader: Grader
  readonly reach: Reach
  readonly stalls: Pick<StallDetector, 'stalledMs'>
  /** Waits until these services are answered for without an error. @returns false when one never is. */
  awaitServices(services: readonly ServiceName[]): Promise<boolean>
  /** How long an ordinary request takes at its slowest now, in milliseconds. */
  measureSlowestMs(): Promise<number>
  /** What is wrong around the target, so that a failure means nothing now. */
  findProblem(): Promise<Text | undefined>
  /** Why the target was given up, if it was. */
  lost(): GradingError | undefined
  close(): void
}

/** How long the gateway may take to answer again after a restart, in milliseconds. */
const BACK_WITHIN_MS = 60_000
/** How long after a failure it is looked whether the target is still there: what is about to go is gone then. In milliseconds. */
const SETTLING_MS = 400

/** Prepares what is connected for its experiments: waits for its services, checks its stores, and measures its pace. */
export async function startSession(
  connection: Connection,
  { recorder }: { readonly recorder: Recorder },
): Promise<Session> {
  const { target, http, random, unique, created, awaitServices } = connection
  await awaitServices(SERVICES)
  const preflight = await runPreflight({
    ...{ request: http.request, redis: connection.redis, databases: connection.databases },
    ...{ unique, random, created, isOurs: target.isOurs ?? false },
    ...{ url: target.url, control: target.control },
  })
  const pace = await measurePace(http.request, { unique, created })
  const stalls = watchStores(target, preflight)
  const control =
    target.control &&
    recordControl(target.control, {
      recorder,
      duringRestart: (restart) =>
        stalls.expectDown(() => restartAndAwait(http, restart, target.isOurs === true)),
    })
  const { redis, databases } = preflight
  const grader: Grader = {
    ...{ request: http.request, redis, databases, control, random, unique, pace, created },
    ...{ source: target.source, compose: target.compose, isOurs: target.isOurs === true },
    ...{ startUps: createStartUps(), closedAtFour: new Map() },
  }
  return {
    ...{ grader, stalls, awaitServices, reach: reachOf(target, preflight, control) },
    measureSlowestMs: async () => (await measurePace(http.request, { unique, created })).p99Ms,
    findProblem: () => findProblem(http, grader),
    lost: () => http.lost,
    close: stalls.stop,
  }
}

/** The session of a target that was to be started and does not answer: what can be judged without it is judged, and the rest fails. */
export function unstartedSession(target: Target, { reason, because, evidence }: Unstarted): Session {
  const failed: Untried = { status: 'fail', reason, because, evidence }
  const { source, compose } = target
  const isAll = target.kind === 'compose'
  const isGiven = (given: unknown) => isAll || given !== undefined
  const never = () => {
    throw new GradingError('target-lost', { en: 'There is no target.', ru: 'Проверять нечего.' })
  }
  return {
    grader: {
      ...{
        request: never,
        redis: undefined,
        databases: {},
        control: undefined,
        source,
        compose,
        isOurs: true,
      },
      ...{ random: never, unique: never },
      created: { note: never, forget: never, wasNoted: never, wasReused: never },
      ...{ pace: { medianMs: 0, p99Ms: 0 }, startUps: createStartUps(), closedAtFour: new Map() },
    },
    reach: {
      has: needsMet({ compose, source }),
      databases: new Set(),
      unusable: {
        http: failed,
        ...(isGiven(target.redis) && { redis: failed }),
        ...(isGiven(target.control) && { control: failed }),
        ...(isGiven(target.databases) && Object.fromEntries(SERVICES.map((service) => [service, failed]))),
      },
    },
    stalls: { stalledMs: () => 0 },
    awaitServices: async () => true,
    measureSlowestMs: async () => 0,
    findProblem: async () => undefined,
    lost: () => undefined,
    close: () => undefined,
  }
}

/** Watches what the target's stores and this process need for what needs no time. */
function watchStores(target: Target, { redis, databases }: Preflight): StallDetector {
  return detectStalls([
    // Through a redis-cli that has to be started for it, it may take long by itself.
    ...(redis !== undefined && typeof target.redis === 'string' ? [redisProbe(redis)] : []),
    ...Object.values(databases).map(databaseProbe),
  ])
}

function reachOf(
  target: Target,
  { redis, databases, unusable }: Preflight,
  control: RecordedControl | undefined,
): Reach {
  const { source, compose } = target
  const services = SERVICES.filter((service) => databases[service] !== undefined)
  const db = services.length > 0 ? databases : undefined
  return {
    has: needsMet({ http: true, redis, db, control, compose, source }),
    databases: new Set(services),
    unusable: { ...missingParts(target), ...unusable },
  }
}

/** What a Compose project does not have fails what rests on it: nobody could give it. */
function missingParts({ compose, redis, databases }: Target): Reach['unusable'] {
  if (compose === undefined) return {}
  const { roles, services } = compose
  const hasRedis = services.some(({ image = '' }) => /(^|\/)(redis|valkey|keydb|dragonfly)/.test(image))
  return {
    ...(redis === undefined && { redis: roles.cache === undefined && !hasRedis ? NO_REDIS : SEVERAL_REDIS }),
    ...Object.fromEntries(
      SERVICES.flatMap((service) =>
        databases?.[service] === undefined ? [[service, NO_DATABASE(service)]] : [],
      ),
    ),
  }
}

const NO_REDIS: Untried = {
  status: 'fail',
  because: 'compose.redis',
  reason: { en: 'The Compose project has no Redis.', ru: 'В проекте Compose нет Redis.' },
}
const SEVERAL_REDIS: Untried = {
  status: 'not-assessed',
  reason: {
    en: 'The services use different Redis servers, or different databases of one, so that no single one can be looked into.',
    ru: 'Сервисы используют разные серверы Redis или разные базы одного, поэтому общего Redis, в который можно заглянуть, нет.',
  },
}
const NO_DATABASE = (service: ServiceName): Untried => ({
  status: 'fail',
  because: 'compose.databases',
  reason: {
    en: `The Compose project has no PostgreSQL database of ${service}.`,
    ru: `В проекте Compose нет базы PostgreSQL для ${service}.`,
  },
})

function needsMet(given: Partial<Record<Need, unknown>>): ReadonlySet<Need> {
  return new Set(Object.entries(given).flatMap(([need, each]) => (each === undefined ? [] : [need as Need])))
}

/** Takes everything down and up, and waits until the gateway answers again. */
async function restartAndAwait<T>(http: Http, restart: () => Promise<T>, isOurs: boolean): Promise<T> {
  return http.expectDown(async () => {
    const done = await restart()
    if (await http.isAlive(BACK_WITHIN_MS)) return done
    const seconds = BACK_WITHIN_MS / 1000
    const reason = {
      en: `After everything was restarted, the gateway did not answer within ${seconds} s.`,
      ru: `После перезапуска всей системы шлюз не ответил за ${seconds} с.`,
    }
    throw isOurs ? new TargetFailure(reason) : new GradingError('control', reason)
  })
}

async function findProblem(http: Http, { redis, databases }: Grader): Promise<Text | undefined> {
  await delay(SETTLING_MS)
  if (http.lost !== undefined) return http.lost.reason
  if (!(await http.isThere()))
    return { en: 'The target stopped answering.', ru: 'Система перестала отвечать.' }
  try {
    await redis?.ask('PING')
    for (const database of Object.values(databases)) await database.query('SELECT 1')
  } catch (error) {
    if (error instanceof GradingError) return error.reason
    throw error
  }
  return undefined
}
