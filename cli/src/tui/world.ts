import { type CachedKey, flushCache, listCachedKeys } from '@msctl/platform/cached-keys'
import type { LogLine } from '@msctl/platform/log-line'
import type { Part } from '@msctl/platform/parts'
import type { Platform, PlatformStatus } from '@msctl/platform/platform'
import type { Status } from '@msctl/sdk'
import { call } from '../call.ts'
import { loadGateway } from '../commands/load/run-load.ts'
import { describeLabs, findLab, type ToldEvent, tellRun } from '../commands/scenario/tell-run.ts'
import type { Context } from '../context.ts'
import { defaultUrl } from '../gateway-url.ts'
import { loadDrivers, runningPlatform } from '../running-platform.ts'
import type { ScenarioChoice } from './state.ts'

/** What the dashboard looks at and acts on. All throw {@link Failure}. */
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
const LOAD = { rps: 20, durationMs: 10_000, path: '/users/1' }

/**
 * The platform by its driver, the gateway by the SDK.
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
  const url = () => context.url ?? status?.url ?? defaultUrl(context)
  const isOurs = (seen: PlatformStatus) => context.url === undefined || isSame(context.url, seen.url)

  return {
    url,
    gatewayStatus: () =>
      call({ url: url(), apiKey: context.apiKey, signal: context.signal }, ({ gateway }, options) =>
        gateway.status(options),
      ),
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
      const { driver, port } = context.settings
      const { choosePlatform } = await loadDrivers()
      platform = await choosePlatform(driver?.value ?? 'auto', context)
      await platform.up({ port: port?.value })
    },
    start: async (part) => (await current()).start(part),
    stop: async (part) => (await current()).stop(part),
    kill: async (part) => (await current()).kill(part),
    flush: async () => ({ removed: await flushCache((await current()).redis) }),
    scenarios: async () => describeLabs(context.language),
    runScenario: (name, signal) =>
      tellRun(findLab(name), {}, { ...context, signal: AbortSignal.any([signal, context.signal]) }),
    load: () => loadGateway(url(), LOAD, context),
  }
}

/** Whether both are the same port of this machine. */
function isSame(named: string, ours: string | null): boolean {
  if (ours === null) return false
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(named).hostname)
  return isLoopback && new URL(named).port === new URL(ours).port
}
