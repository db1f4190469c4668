import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { waitUntil } from '@msctl/platform/wait-until'

/** The variable by which everything that a submission starts is known, however far it has run from us. */
export const MARK = 'MSCTL_SUBMISSION'

/** How long it may take to end all of them, in milliseconds: what forks faster than it is ended takes a few rounds. */
const END_LIMIT_MS = 10_000

/** Kills every process that has that mark in its environment. @returns whether none is left. */
export async function endMarkedProcesses(mark: string): Promise<boolean> {
  const round = () => {
    const found = markedProcesses(mark)
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch (error) {
        // It ended just now, or belongs to somebody else, who has been given our environment on purpose.
        if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      }
    }
    return found.length === 0 ? true : undefined
  }
  return (await waitUntil(round, { deadlineMs: END_LIMIT_MS, everyMs: 20 })) ?? false
}

/** The processes that have it. Only those whose environment we may see. */
function markedProcesses(mark: string): number[] {
  const wanted = `${MARK}=${mark}`
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axEww', '-o', 'pid=,command='], {
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    }).split('\n')
    return lines.filter((line) => line.includes(wanted)).map((line) => Number.parseInt(line, 10))
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => environmentOf(pid).split('\0').includes(wanted))
    .map(Number)
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return '' // it is gone, or not ours to look at
  }
}
