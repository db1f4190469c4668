import { readFileSync } from 'node:fs'

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
