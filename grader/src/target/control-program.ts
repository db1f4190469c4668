import type { Control } from '@msctl/platform/control'
import { runProcess } from '@msctl/platform/run-process'
import type { ControlledPart } from '../run/grader.ts'

const DEFAULT_TIMEOUT_MS = 120_000
const KEPT_LINES = 100
const LINE_CHARACTERS = 500
const TOLD_CHARACTERS = 500

export interface ControlProgramOptions {
  /** An executable that is called with `stop users`, `start users`, `restart` … and exits with 0 when that is done. */
  readonly program: string
  readonly env: NodeJS.ProcessEnv
  /** After which it is killed, with all that it started and that is still of its group. Default 120 000. */
  readonly timeoutMs?: number
  readonly cwd?: string
}

/** The control of a target that we did not start: a program. */
export function controlProgram(options: ControlProgramOptions): Control<ControlledPart, string> {
  const run = (...args: readonly string[]) => runOnce(options, args)
  return {
    stop: (part) => run('stop', part),
    start: (part) => run('start', part),
    restart: () => run('restart'),
  }
}

/** @returns what it printed. */
async function runOnce(options: ControlProgramOptions, args: readonly string[]): Promise<string> {
  const { program, timeoutMs = DEFAULT_TIMEOUT_MS, cwd = process.cwd(), env } = options
  const lines: string[] = []
  // What it leaves running stays, as that is what `start` is for.
  const { isDone, reason } = await runProcess(program, args, {
    ...{ env, cwd, timeoutMs, endSignal: 'SIGKILL' },
    onLine: (line) => {
      lines.push(line.slice(0, LINE_CHARACTERS))
      if (lines.length > KEPT_LINES) lines.shift()
    },
  })
  const output = lines.join('\n')
  if (isDone) return output
  throw new Error(
    `${program}: ${reason}${output.trim() === '' ? '' : `: ${output.trim().slice(-TOLD_CHARACTERS)}`}`,
  )
}
