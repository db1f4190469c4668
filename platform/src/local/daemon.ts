import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Part } from '../parts.ts'
import { endProcess, identify, type ProcessIdentity } from '../process-identity.ts'
import { waitUntil } from '../wait-until.ts'
import type { Account } from './account.ts'

export interface DaemonOptions {
  readonly part: Part
  readonly port: number
  readonly command: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv
  /** What it prints is appended to this file. */
  readonly logFile: string
  readonly account?: Account | undefined
  /** Whether it does its work. */
  readonly isReady: (pid: number) => Promise<boolean>
  /** How long that may take, in milliseconds. */
  readonly deadlineMs: number
  readonly everyMs?: number
  /** What it writes when somebody else has its port. */
  readonly portTaken: RegExp
  /** What ends it the graceful way. Default `SIGTERM`. */
  readonly endSignal?: NodeJS.Signals
  /** Puts the process on record as soon as it exists. When it throws, the process is killed: nobody would ever end it. */
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A server that we started and that goes on without us. */
export interface Daemon {
  readonly identity: ProcessIdentity
  /** Lets msctl end while the server goes on. */
  release(): void
}

/**
 * Starts a server in a session of its own, so that Ctrl-C and a closed terminal do not reach it, and resolves when it is
 * ready. Nothing is left running when it rejects.
 *
 * @throws Failure `port-taken`, `part-failed`, `part-not-ready`; `folder-unusable` when its log cannot be written. Error
 *   when it cannot be started at all.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { part, port, logFile, isReady, deadlineMs, everyMs, portTaken, endSignal, signal } = options
  const logged = await sizeOf(logFile)
  const { identity, ended, release } = await spawnDaemon(options)
  const ask = async () => {
    if (ended() !== undefined) return 'ended'
    return (await isReady(identity.pid)) ? 'ready' : undefined
  }
  const end = () => endProcess(identity, { ...(endSignal && { signal: endSignal }) })
  const outcome = await waitUntil(ask, { deadlineMs, ...(everyMs && { everyMs }), signal }).catch(
    async (error: unknown) => {
      await end()
      throw error
    },
  )
  if (outcome === 'ready') return { identity, release }

  await end()
  const log = await lastLines(logFile, logged)
  if (log.some((line) => portTaken.test(line))) throw new Failure('port-taken', { part, port })
  throw outcome === undefined
    ? new Failure('part-not-ready', { part, seconds: Math.round(deadlineMs / 1000), log, logFile })
    : new Failure('part-failed', { part, reason: ended() ?? '', log, logFile })
}

// Not by execa: what is started here is neither waited for nor ended with us.
async function spawnDaemon({ command, args, env, logFile, account, onSpawn }: DaemonOptions) {
  const log = openLog(logFile)
  let child: ChildProcess
  try {
    // The root folder, because a server's account may not be able to enter ours.
    child = spawn(command, args, { ...account, env, cwd: '/', detached: true, stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
  let end: string | undefined
  child.once('exit', (code, signal) => {
    end = signal === null ? `exit code ${code}` : `ended by ${signal}`
  })
  if (child.pid === undefined) {
    // A failed spawn tells why only by the event.
    throw await new Promise<Error>((resolve) => child.once('error', resolve))
  }
  child.on('error', () => undefined) // nothing more can come of it once it has a pid

  // A process that is gone already has no identity left; its pid is then as good as any, for it never runs again.
  const identity = identify(child.pid) ?? { pid: child.pid, birth: 'gone' }
  try {
    onSpawn?.(identity)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { identity, ended: () => end, release: () => child.unref() }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600)
  } catch (cause) {
    const facts = { folder: path.dirname(file), reason: (cause as Error).message }
    throw new Failure('folder-unusable', facts, { cause })
  }
}

const MAX_TAIL_BYTES = 16 * 1024
const TAIL_LINES = 8

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => ({ size: 0 }))).size
}

/** The last lines of a log, of those written after its first `from` bytes. Empty when there is no such file. */
async function lastLines(file: string, from: number): Promise<string[]> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return []
  try {
    const { size } = await handle.stat()
    const start = Math.max(from, size - MAX_TAIL_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(size - start, 0)), {
      position: start,
    })
    const text = buffer.toString('utf8', 0, bytesRead).trimEnd()
    return text === '' ? [] : text.split('\n').slice(-TAIL_LINES)
  } finally {
    await handle.close()
  }
}
