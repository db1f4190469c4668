import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { identify, type ProcessIdentity } from '../process-identity.ts'
import type { Account } from './account.ts'

export interface LaunchOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What it prints is appended to this file. */
  readonly logFile: string
  readonly account?: Account | undefined
  /** Puts the process on record. When it throws, the process is killed: nobody would ever end it. */
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined
}

/** A server that we started and that goes on without us. */
export interface Launched {
  readonly identity: ProcessIdentity
  /** Why it ended, as soon as it did; says nothing after {@link Launched.release}. */
  ended(): string | undefined
  /** Lets msctl end while the server goes on. */
  release(): void
}

/**
 * Starts a server in a session of its own, so that Ctrl-C and a closed terminal do not reach it.
 *
 * @throws Error when it cannot be started at all; one that starts and then fails says so by `ended()`. Failure
 *   `folder-unusable` when its log cannot be written.
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { command, args, env, logFile, account, onSpawn } = options
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
