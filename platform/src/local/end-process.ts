import { Failure } from '../failure.ts'
import { isRunning, type ProcessIdentity } from './process-identity.ts'
import { waitUntil } from './wait-until.ts'

const POLL_MS = 10

export interface EndOptions {
  /** What asks it to end. Default `SIGTERM`. */
  readonly signal?: NodeJS.Signals
  /** How long it may take before it is killed, in milliseconds. Default 12 000: a draining service takes up to 10 s. */
  readonly deadlineMs?: number
  /** Ends the waiting; the process has been asked to end all the same. */
  readonly abort?: AbortSignal | undefined
}

/**
 * Ends a process and waits until it is gone: asks first, kills at the deadline. Does nothing when that very process no
 * longer runs, whoever has its pid now.
 *
 * @returns `false` when it survived even SIGKILL (it hangs in the kernel).
 * @throws Failure `not-permitted` when the process belongs to somebody whose processes we may not signal.
 */
export async function endProcess(identity: ProcessIdentity, options: EndOptions = {}): Promise<boolean> {
  const { signal = 'SIGTERM', deadlineMs = 12_000, abort } = options
  if (!send(identity, signal)) return true
  if (await isGone(identity, deadlineMs, abort)) return true
  return !send(identity, 'SIGKILL') || (await isGone(identity, 5_000, abort))
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    throw new Failure('not-permitted', { pid: identity.pid, reason: message }, { cause: error })
  }
}

async function isGone(identity: ProcessIdentity, deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
  const ask = () => (isRunning(identity) ? undefined : true)
  return (await waitUntil(ask, { deadlineMs, everyMs: POLL_MS, signal })) ?? false
}
