import { EXIT } from '@msctl/grader/exit'
import type { CachedKey } from '@msctl/platform/cached-keys'
import type { PlatformStatus } from '@msctl/platform/platform'
import type { Status } from '@msctl/sdk'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { showProgress } from '../tui/controller.ts'
import { createWorld } from '../tui/world.ts'

export interface DashboardCommandOptions {
  /** Whether to tell once what it would show, instead. */
  readonly once: boolean
}

/** `msctl dashboard --json`: all that the dashboard draws, at one moment. */
export interface Snapshot {
  readonly url: string
  readonly gateway: Status
  /** Null where another platform than that of this folder is looked at. */
  readonly platform: PlatformStatus | null
  /** Null where the cache is not to be had. */
  readonly keys: readonly CachedKey[] | null
}

/** A dashboard that was shown, and how it was left. */
export interface Left {
  readonly left: 'key' | 'interrupt'
}

/** `msctl dashboard`, and `msctl` alone on a terminal. */
export async function run({ once }: DashboardCommandOptions, context: Context): Promise<Snapshot | Left> {
  if (once) return lookOnce(context)
  const { rendering } = context
  if (!rendering.terminal.isLive || !process.stdin.isTTY) throw new Failure('no-terminal', {})
  const leaving = new AbortController()
  const signal = AbortSignal.any([context.signal, leaving.signal])
  const { openDashboard } = await import('../tui/open-dashboard.tsx')
  const left = await openDashboard({
    createWorld: (store) => createWorld({ ...context, signal }, (event) => showProgress(store, event)),
    rendering,
    stdin: process.stdin,
    stdout: process.stdout,
    process,
    signal: context.signal,
    onLeave: () => leaving.abort(new Failure('interrupted', {})),
  })
  context.signal.throwIfAborted()
  return { left }
}

/** Nothing: what there was to see has been seen. */
export function render(): { readonly result: string } {
  return { result: '' }
}

/** As Ctrl-C does everywhere. */
export function exitCode(data: Snapshot | Left): number {
  return 'left' in data && data.left === 'interrupt' ? EXIT.interrupted : EXIT.done
}

async function lookOnce(context: Context): Promise<Snapshot> {
  const world = createWorld(context, () => undefined)
  const platform = (await world.platformStatus()) ?? null
  const gateway = await world.gatewayStatus()
  const keys = platform === null ? null : await world.cachedKeys().catch(() => null)
  return { url: world.url(), gateway, platform, keys }
}
