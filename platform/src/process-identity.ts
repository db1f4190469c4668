import { readFileSync } from 'node:fs'
import { Failure } from './failure.ts'
import { waitUntil } from './wait-until.ts'

const POLL_MS = 10

/**
 * A process that cannot be mistaken for another. A pid alone can: once its process is gone, the system gives the number
 * to somebody else, so the moment of its birth goes with it.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque, equal only for the same process: boot and clock tick on Linux, the start time that `ps` prints elsewhere. */
  readonly birth: string
}

/** The identity of the process that has `pid` now; `undefined` when there is none, or only its unreaped remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const birth = process.platform === 'linux' ? linuxBirth(pid) : psBirth(pid)
  return birth === undefined ? undefined : { pid, birth }
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.birth === identity.birth
}

let bootId: string | undefined

function linuxBirth(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined // no such process
  }
  // The second field is the command in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X') return undefined
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return `${bootId}/${startTicks}`
}

function psBirth(pid: number): string | undefined {
  // Loaded only here: where /proc is, a command that asks the gateway one thing never needs it.
  const { execFileSync } = process.getBuiltinModule('node:child_process')
  try {
    const output = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return output === '' || output.startsWith('Z') ? undefined : output.replace(/^\S+\s+/, '')
  } catch {
    return undefined // ps exits with 1 when there is no such process
  }
}

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
