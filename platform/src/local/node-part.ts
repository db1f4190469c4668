import { access } from 'node:fs/promises'
import { get } from 'node:http'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Part } from '../parts.ts'
import { isHeldBy } from '../port-holder.ts'
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'

/** The parts that are programs of this project. */
export type NodePart = Exclude<Part, 'db' | 'cache'>

/** Where the parts' programs are: packed with the CLI, or built in a clone. */
export interface ProgramFolders {
  readonly packed: string
  readonly clone?: string | undefined
}

/**
 * The program of a part: in a clone the one that it has built (one packed there earlier may be older than the sources),
 * else the one packed with this CLI.
 *
 * @throws Failure `not-built`.
 */
export async function partEntry(part: NodePart, { packed, clone }: ProgramFolders): Promise<string> {
  const built = part === 'gateway' ? 'gateway/dist/main.cjs' : `services/${part}/dist/main.cjs`
  const tried = [...(clone ? [path.join(clone, built)] : []), path.join(packed, `${part}.cjs`)]
  for (const file of tried) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  throw new Failure('not-built', { part, tried })
}

const READY_WITHIN_MS = 60_000

export interface NodePartOptions
  extends Pick<DaemonOptions, 'port' | 'env' | 'logFile' | 'onSpawn' | 'signal'> {
  readonly part: NodePart
  readonly entry: string
  /** Whether it is enough that it answers, for what it needs is down and stays so. */
  readonly answeringIsEnough: boolean
}

/** Starts a service or the gateway and resolves when it says that it is ready. See {@link startDaemon}. */
export async function startNodePart(options: NodePartOptions): Promise<Daemon> {
  const { entry, answeringIsEnough, ...daemon } = options
  const { port } = daemon
  return startDaemon({
    ...daemon,
    command: process.execPath,
    args: [entry],
    env: { ...daemon.env, HOST: '127.0.0.1', PORT: String(port) },
    isReady: async (pid) => {
      const answer = await askReady(port)
      const isEnough = answer === 'ready' || (answeringIsEnough && answer === 'not ready')
      return isEnough && (await isHeldBy(pid, port))
    },
    deadlineMs: READY_WITHIN_MS,
    everyMs: 25,
    portTaken: /EADDRINUSE/,
  })
}

/** What `GET /ready` on that port of 127.0.0.1 says; `undefined` when nothing answers within a second. */
export async function askReady(port: number): Promise<'ready' | 'not ready' | undefined> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/ready', agent: false, timeout: 1_000 }
    const request = get(options, (response) => {
      response.resume()
      resolve(response.statusCode === 200 ? 'ready' : 'not ready')
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(undefined))
  })
}
