import { EXIT } from '@msctl/grader/exit'
import type { CachedKey } from '@msctl/platform/cached-keys'
import type { PlatformStatus } from '@msctl/platform/platform'
import { Status } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { CachedKeyJson } from './cache.ts'
import { messages } from './dashboard.messages.ts'
import { PlatformStatusJson } from './status.ts'

/** `msctl dashboard --json`: all that the dashboard draws, at one moment. */
interface Snapshot {
  readonly url: string
  readonly gateway: Status
  /** Null where another platform than that of this folder is looked at. */
  readonly platform: PlatformStatus | null
  /** Null where the cache is not to be had. */
  readonly keys: readonly CachedKey[] | null
}

/** A dashboard that was shown, and how it was left. */
interface Left {
  readonly left: 'key' | 'interrupt'
}

/** `msctl dashboard`, and `msctl` alone on a terminal. */
const dashboard: SingleAction<{ readonly json?: boolean }, Snapshot | Left> = {
  run: ({ json = false }, context) => (json ? lookOnce(context) : show(context)),
  /** Nothing: what there was to see has been seen. */
  render: () => ({ result: '' }),
  /** As Ctrl-C does everywhere. */
  exitCode: (data) => ('left' in data && data.left === 'interrupt' ? EXIT.interrupted : EXIT.done),
}

async function show(context: Context): Promise<Left> {
  const { rendering } = context
  if (!rendering.terminal.isLive || !process.stdin.isTTY) throw new Failure('no-terminal', {})
  const leaving = new AbortController()
  const signal = AbortSignal.any([context.signal, leaving.signal])
  const { createWorld } = await import('../tui/world.ts')
  const { openDashboard } = await import('../tui/open-dashboard.tsx')
  const left = await openDashboard({
    createWorld: (onEvent) => createWorld({ ...context, signal, onEvent }),
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

async function lookOnce(context: Context): Promise<Snapshot> {
  const { createWorld } = await import('../tui/world.ts')
  const world = createWorld({ ...context, onEvent: () => undefined })
  const platform = (await world.platformStatus()) ?? null
  const gateway = await world.gatewayStatus()
  const keys = platform === null ? null : await world.cachedKeys().catch(() => null)
  return { url: world.url(), gateway, platform, keys }
}

export const entries = defineEntries(messages, () => [
  {
    name: 'dashboard',
    examples: ['msctl dashboard', 'msctl dashboard --json | jq .gateway.services.users'],
    takesUrl: true,
    action: dashboard,
    json: z.object({
      url: z.string(),
      gateway: Status,
      platform: z.nullable(PlatformStatusJson),
      keys: z.nullable(z.array(CachedKeyJson)),
    }),
  },
])
