import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { waitUntil } from '@msctl/platform/wait-until'
import { isOwnerDead, ownerText } from './owner.ts'

/** The variable by which everything that a submission starts is known, however far it has run from us. */
export const MARK = 'MSCTL_SUBMISSION'

/** The variable that says whose they are. */
const OWNER = 'MSCTL_GRADER'

/** What the environment of all that is started for a submission has in it. */
export const markedEnvironment = (mark: string): NodeJS.ProcessEnv => ({ [MARK]: mark, [OWNER]: ownerText() })

/** The marks of processes that are left of gradings that do not run any more. */
export function deadMarks(): ReadonlySet<string> {
  return new Set(
    environments().flatMap(({ variables }) => {
      const mark = variables[MARK]
      const owner = variables[OWNER]
      return mark !== undefined && owner !== undefined && isOwnerDead(owner) ? [mark] : []
    }),
  )
}

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

/** The processes that have it. */
function markedProcesses(mark: string): number[] {
  return environments().flatMap(({ pid, variables }) => (variables[MARK] === mark ? [pid] : []))
}

/** What is marked among the processes whose environment we may see. */
function environments(): readonly {
  readonly pid: number
  readonly variables: Partial<Record<string, string>>
}[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axEww', '-o', 'pid=,command='], {
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    }).split('\n')
    return lines.flatMap((line) => {
      const found = [...line.matchAll(/ (MSCTL_(?:SUBMISSION|GRADER))=(\{.*?\}|\S+)/g)]
      const variables = Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]))
      return MARK in variables ? [{ pid: Number.parseInt(line, 10), variables }] : []
    })
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const all = environmentOf(pid)
      if (!all.includes(`${MARK}=`)) return []
      const lines = all.split('\0').map((line) => line.split(/=(.*)/s).slice(0, 2))
      return [{ pid: Number(pid), variables: Object.fromEntries(lines) }]
    })
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return '' // it is gone, or not ours to look at
  }
}
