import { type CachedKey, listCachedKeys } from '@msctl/platform/cached-keys'
import { choosePlatform } from '@msctl/platform/choose-platform'
import type { LogLine } from '@msctl/platform/log-line'
import type { Part } from '@msctl/platform/parts'
import type { Platform, PlatformStatus } from '@msctl/platform/platform'
import type { Status } from '@msctl/sdk'
import { call } from '../call.ts'
import { run as flushCache } from '../commands/cache-flush.ts'
import { run as killPart } from '../commands/kill.ts'
import { run as sendLoad } from '../commands/load.ts'
import { run as startPart } from '../commands/start.ts'
import { run as stopPart } from '../commands/stop.ts'
import { run as bringUp } from '../commands/up.ts'
import type { Context, ProgressEvent } from '../context.ts'
import { DEFAULT_URL } from '../gateway-url.ts'
import type { ToldEvent } from '../scenario/tell-run.ts'
import type { ScenarioChoice } from './state.ts'

/** What the dashboard looks at and acts on: what other commands do, and nothing else. All throw {@link Failure}. */
export interface World {
  /** The gateway's address: named, of the platform that runs here, or assumed. */
  url(): string
  gatewayStatus(): Promise<Status>
  /** The parts, or `undefined` where another platform than ours is looked at. */
  platformStatus(): Promise<PlatformStatus | undefined>
  cachedKeys(): Promise<CachedKey[]>
  /** What the parts write from now on, until the signal. */
  followLogs(signal: AbortSignal): AsyncIterable<LogLine>
  bringUp(): Promise<unknown>
  start(part: Part): Promise<unknown>
  stop(part: Part): Promise<unknown>
  kill(part: Part): Promise<unknown>
  flush(): Promise<{ readonly removed: number }>
  /** A small load: GETs of one user. */
  load(): Promise<{ readonly sent: number; readonly failed: number }>
  scenarios(): Promise<readonly ScenarioChoice[]>
  /** Runs a scenario; after the signal, it goes on until all is put back. */
  runScenario(name: string, signal: AbortSignal): AsyncIterable<ToldEvent>
}

/** Twenty a second for ten seconds: enough to see, and to open a circuit. */
const LOAD = { rps: 20, duration: 10_000 }

/**
 * The world as the commands see it.
 *
 * @param context Its signal ends what is under way.
 * @param onEvent Told what drivers and loads tell of their progress.
 */
export function createWorld(given: Context, onEvent: (event: ProgressEvent) => void): World {
  const context: Context = { ...given, onEvent }
  let platform: Platform | undefined
  let status: PlatformStatus | undefined

  const current = async (): Promise<Platform> => {
    platform ??= await choosePlatform('running', context)
    return platform
  }
  const url = () => context.url ?? status?.url ?? DEFAULT_URL
  const isOurs = (seen: PlatformStatus) => context.url === undefined || isSame(context.url, seen.url)

  return {
    url,
    gatewayStatus: () =>
      call({ url: url(), signal: context.signal }, ({ gateway }, options) => gateway.status(options)),
    async platformStatus() {
      const seen = await (await current()).status()
      // Where nothing runs, the next one to start it may use another driver.
      if (seen.url === null) platform = undefined
      status = isOurs(seen) ? seen : undefined
      return status
    },
    cachedKeys: async () => listCachedKeys((await current()).redis),
    async *followLogs(signal) {
      const followed = { ...context, signal: AbortSignal.any([signal, context.signal]) }
      yield* (await choosePlatform('running', followed)).followLogs()
    },
    async bringUp() {
      await bringUp({}, context)
      platform = undefined
    },
    start: (part) => startPart({ part }, context),
    stop: (part) => stopPart({ part }, context),
    kill: (part) => killPart({ part }, context),
    flush: () => flushCache({}, context),
    async scenarios() {
      const { run } = await import('../commands/scenario-list.ts')
      return (await run({}, context)).scenarios
    },
    async *runScenario(name, signal) {
      const { run } = await import('../commands/scenario.ts')
      yield* run({ name }, { ...context, signal: AbortSignal.any([signal, context.signal]) })
    },
    load: () => sendLoad(LOAD, { ...context, url: url() }),
  }
}

/** Whether both are the same port of this machine. */
function isSame(named: string, ours: string | null): boolean {
  if (ours === null) return false
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(named).hostname)
  return isLoopback && new URL(named).port === new URL(ours).port
}
