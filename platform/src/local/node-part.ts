import { access } from 'node:fs/promises'
import { get } from 'node:http'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Part } from '../parts.ts'
import { isHeldBy } from '../port-holder.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { endProcess } from '../process-identity.ts'
import { waitUntil } from '../wait-until.ts'
import { type Launched, launch } from './launch.ts'
import { logLength, logTail } from './log-tail.ts'

/** The parts that are programs of this project. */
export type NodePart = Exclude<Part, 'db' | 'cache'>

/**
 * The program of a part: in a clone the one that it has built (one packed there earlier may be older than the sources),
 * else the one packed with this CLI.
 *
 * @throws Failure `not-built`.
 */
export async function partEntry(
  part: NodePart,
  folders: { readonly packed: string; readonly clone?: string | undefined },
): Promise<string> {
  const built = part === 'gateway' ? 'gateway/dist/main.cjs' : `services/${part}/dist/main.cjs`
  const tried = [
    ...(folders.clone ? [path.join(folders.clone, built)] : []),
    path.join(folders.packed, `${part}.cjs`),
  ]
  for (const file of tried) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  throw new Failure('not-built', { part, tried })
}

export interface NodePartOptions {
  readonly part: NodePart
  readonly entry: string
  readonly port: number
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  /** How long it may take until it is ready, in milliseconds. Default 60 000. */
  readonly deadlineMs?: number
  /** Whether it is enough that it answers, for what it needs is down and stays so. Default `false`. */
  readonly answeringIsEnough?: boolean
  readonly onSpawn: (identity: ProcessIdentity) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Starts a service or the gateway and resolves when it says that it is ready. Nothing is left running when it rejects.
 *
 * @throws Failure `port-taken`, `part-failed`, `part-not-ready`.
 */
export async function startNodePart(options: NodePartOptions): Promise<Launched> {
  const {
    part,
    entry,
    port,
    env,
    logFile,
    deadlineMs = 60_000,
    answeringIsEnough = false,
    onSpawn,
    signal,
  } = options
  const from = await logLength(logFile)
  const launched = await launch({
    command: process.execPath,
    args: [entry],
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    logFile,
    onSpawn,
  })

  const outcome = await waitUntil(
    async () => {
      if (launched.ended() !== undefined) return 'ended'
      const answer = await askReady(port)
      const isEnough = answer === 'ready' || (answeringIsEnough && answer === 'not ready')
      return isEnough && (await isHeldBy(launched.identity.pid, port)) ? 'ready' : undefined
    },
    { deadlineMs, everyMs: 25, signal },
  ).catch(async (error: unknown) => {
    await endProcess(launched.identity)
    throw error
  })
  if (outcome === 'ready') return launched

  await endProcess(launched.identity)
  const log = await logTail(logFile, from)
  if (log.some((line) => line.includes('EADDRINUSE'))) throw new Failure('port-taken', { part, port })
  throw outcome === undefined
    ? new Failure('part-not-ready', { part, seconds: deadlineMs / 1000, log, logFile })
    : new Failure('part-failed', { part, reason: launched.ended() ?? '', log, logFile })
}

/** What `GET /ready` on that port of 127.0.0.1 says; `undefined` when nothing answers within `withinMs` (default 1 000). */
export async function askReady(port: number, withinMs = 1_000): Promise<'ready' | 'not ready' | undefined> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/ready', agent: false, timeout: withinMs },
      (response) => {
        response.resume()
        resolve(response.statusCode === 200 ? 'ready' : 'not ready')
      },
    )
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(undefined))
  })
}
