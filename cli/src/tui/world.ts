import { type CachedKey, listCachedKeys } from '@msctl/platform/cached-keys'
import type { LogLine } from '@msctl/platform/log-line'
import type { Part } from '@msctl/platform/parts'
import type { Platform, PlatformStatus } from '@msctl/platform/platform'
import type { Status } from '@msctl/sdk'
import { call } from '../call.ts'
import { flush } from '../commands/cache.ts'
import { kill, start, stop, up } from '../commands/lifecycle.ts'
import { load } from '../commands/load/load.ts'
import { list, scenario } from '../commands/scenario/scenario.ts'
import type { ToldEvent } from '../commands/scenario/tell-run.ts'
import type { Context } from '../context.ts'
import { DEFAULT_URL } from '../gateway-url.ts'
import { runningPlatform } from '../running-platform.ts'
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
 * @param context Its signal ends what is under way; its `onEvent` is told what drivers and loads tell of their progress.
 */
export function createWorld(context: Context): World {
  let platform: Platform | undefined
  let status: PlatformStatus | undefined

  const current = async (): Promise<Platform> => {
    platform ??= await runningPlatform(context)
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
      yield* (await runningPlatform(followed)).followLogs()
    },
    async bringUp() {
      await up.run({}, context)
      platform = undefined
    },
    start: (part) => start.run({ part }, context),
    stop: (part) => stop.run({ part }, context),
    kill: (part) => kill.run({ part }, context),
    flush: () => flush.run({}, context),
    scenarios: async () => (await list.run({}, context)).scenarios,
    runScenario: (name, signal) =>
      scenario.run({ name }, { ...context, signal: AbortSignal.any([signal, context.signal]) }),
    load: () => load.run(LOAD, { ...context, url: url() }),
  }
}

/** Whether both are the same port of this machine. */
function isSame(named: string, ours: string | null): boolean {
  if (ours === null) return false
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(named).hostname)
  return isLoopback && new URL(named).port === new URL(ours).port
}
