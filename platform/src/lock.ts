import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod/mini'
import { Failure } from './failure.ts'
import { identify, isRunning } from './process-identity.ts'
import { waitUntil } from './wait-until.ts'

const Holder = z.object({ pid: z.number(), birth: z.string(), command: z.string() })
/** Who holds a lock, and what for. */
export type Holder = z.infer<typeof Holder>

export interface LockOptions {
  /** The folder that is locked; made, for its owner alone, if it is not there. */
  readonly folder: string
  /** What the lock is taken for, shown to those who wait. */
  readonly command: string
  /** How long to wait for another holder, in milliseconds. Default 120 000. */
  readonly deadlineMs?: number
  /** Told once when there is somebody to wait for. */
  readonly onWait?: ((holder: Holder) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A link's target is short. */
const MAX_COMMAND = 200

/**
 * Runs `work` while no other process does so for the same folder. The lock is a symbolic link whose target names its
 * holder: it is there with its content or not at all, and needs no room on a disk that is full. That of a process which
 * is gone (killed, or before the machine's last start) is taken over.
 *
 * @throws Failure `locked` when the other holder is not done by the deadline, `folder-unusable` when the folder cannot
 *   be written to.
 */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await acquire(options)
  try {
    return await work()
  } finally {
    await release()
  }
}

async function acquire(options: LockOptions): Promise<() => Promise<void>> {
  const { folder, command, deadlineMs = 120_000, onWait, signal } = options
  const file = path.join(folder, 'lock')
  const self = identify(process.pid) ?? { pid: process.pid, birth: '?' }
  const claim = JSON.stringify({ ...self, command: command.slice(0, MAX_COMMAND) })
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unusable(folder, error)
  }

  let announced = false
  const taken = await waitUntil(
    async () => {
      if (await tryLink(claim, file)) return true
      const holder = await readHolder(file)
      if (holder === undefined || !isRunning(holder)) await removeStale(file, claim)
      else if (!announced) {
        announced = true
        onWait?.(holder)
      }
      return undefined
    },
    { deadlineMs, everyMs: 50, signal },
  )
  if (taken === undefined) {
    const { pid = 0, command: other = '?' } = (await readHolder(file)) ?? {}
    throw new Failure('locked', { pid, command: other, seconds: deadlineMs / 1000, file })
  }
  return () => rm(file, { force: true })
}

/**
 * Removes a lock whose holder is gone. Two who both saw the stale lock must not both remove it, for the second would
 * remove the first one's fresh lock: so whoever removes holds a second lock, and looks again.
 */
async function removeStale(file: string, claim: string): Promise<void> {
  const guard = `${file}.stale`
  if (!(await tryLink(claim, guard))) {
    // Held for a moment only; one that is old was left by a process that was killed in that moment.
    const age = Date.now() - (await lstat(guard).catch(() => ({ ctimeMs: Date.now() }))).ctimeMs
    if (age > 5_000) await rm(guard, { force: true })
    return
  }
  try {
    const holder = await readHolder(file)
    if (holder === undefined || !isRunning(holder)) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

/** @throws Failure `folder-unusable`. */
async function tryLink(target: string, file: string): Promise<boolean> {
  try {
    await symlink(target, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw unusable(path.dirname(file), error)
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readlink(file).catch(() => '')
  try {
    return z.parse(Holder, JSON.parse(text))
  } catch {
    return undefined // gone meanwhile, or not made by us
  }
}

function unusable(folder: string, cause: unknown): Failure {
  return new Failure('folder-unusable', { folder, reason: (cause as Error).message }, { cause })
}
