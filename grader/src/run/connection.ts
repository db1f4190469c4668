import type { OpenDatabase } from '@msctl/platform/database'
import type { OpenRedis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { createWaiting } from '../target/await-services.ts'
import { openTargetDatabase } from '../target/database.ts'
import { createHttp, type Http } from '../target/http.ts'
import type { Recorder } from '../target/recorder.ts'
import { openTargetRedis } from '../target/redis.ts'
import { type Target, TargetNotReady } from '../target/target.ts'
import { seededRandom, uniqueText } from './chance.ts'
import { deleteCreated } from './cleanup.ts'
import { rememberCreated } from './created-objects.ts'

export interface ConnectOptions {
  readonly target: Target
  readonly seed: number
  readonly resetSeconds: number
  readonly signal: AbortSignal
  /** How long the target may take until it answers at all, in milliseconds. */
  readonly readyWithinMs: number
  /** How long it may be silent until it is taken for lost, in milliseconds. */
  readonly lostAfterMs: number
}

/** A target that answers, and the ways into it. */
export interface Connection {
  readonly target: Target
  readonly http: Http
  readonly redis: OpenRedis | undefined
  readonly databases: Readonly<Partial<Record<ServiceName, OpenDatabase>>>
  readonly created: ReturnType<typeof rememberCreated>
  readonly random: () => number
  readonly unique: () => string
  /** Aborted when the run is interrupted, or {@link end}ed. */
  readonly signal: AbortSignal
  /** Ends the run: the target is lost. */
  end(reason: unknown): void
  /** Waits until these services are answered for without an error. @returns false when one never is. */
  awaitServices(services: readonly ServiceName[]): Promise<boolean>
  /** Deletes what was created. @returns what to say of it when something stays. */
  cleanUp(): Promise<Text | undefined>
  close(): Promise<void>
}

/** How long the gateway may take to answer again when the run was interrupted, in milliseconds. */
const BACK_WITHIN_MS = 15_000

/** Opens the ways into a target, and waits until its gateway answers. @throws {TargetNotReady}; the signal's reason. */
export async function connect(options: ConnectOptions, recorder: Recorder): Promise<Connection> {
  const { target, seed, resetSeconds, readyWithinMs, lostAfterMs } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const http = createHttp({ url: target.url, aliases: target.aliases, recorder, signal, lostAfterMs })
  const redis = target.redis === undefined ? undefined : openTargetRedis(target.redis)
  const databases = Object.fromEntries(
    SERVICES.flatMap((service) => {
      const address = target.databases?.[service]
      return address === undefined ? [] : [[service, openTargetDatabase(service, address)]]
    }),
  )
  const created = rememberCreated()
  const close = async () => {
    redis?.close()
    await Promise.allSettled([http.close(), ...Object.values(databases).map((each) => each.close())])
  }
  try {
    if (!(await http.isAlive(readyWithinMs))) throw new TargetNotReady(target.url, readyWithinMs / 1000)
  } catch (error) {
    await close()
    throw error
  }
  const waiting = () => createWaiting(http, resetSeconds, signal)
  return {
    ...{ target, http, redis, databases, created, signal, close },
    ...{ random: seededRandom(seed), unique: uniqueText(seed, Date.now()) },
    awaitServices: waiting(),
    end: (reason) => ended.abort(reason),
    cleanUp: async () => {
      // Who interrupts a restart finds the gateway still down.
      if (signal.aborted) await http.isAlive(BACK_WITHIN_MS, new AbortController().signal)
      // Those that were given up before are waited for once more.
      const awaitServices = waiting()
      return deleteCreated(created, { http, signal, areBack: () => awaitServices(SERVICES) })
    },
  }
}
