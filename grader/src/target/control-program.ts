import { spawn } from 'node:child_process'
import type { Hands } from './control.ts'

const DEFAULT_TIMEOUT_MS = 120_000
const KEPT_OUTPUT = 20_000

export interface ControlProgramOptions {
  /** An executable that is called with `stop users`, `start users`, `restart` … */
  readonly program: string
  /** After which it is killed, with all that it started and that is still of its group. Default 120 000. */
  readonly timeoutMs?: number
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** The hands of a grader that is not ours: a program that exits 0 when it is done. */
export function controlProgram(options: ControlProgramOptions): Hands {
  const run = (...args: readonly string[]) => runOnce(options, args)
  return {
    stop: (part) => run('stop', part),
    start: (part) => run('start', part),
    restart: () => run('restart'),
  }
}

function runOnce(options: ControlProgramOptions, args: readonly string[]): Promise<string> {
  const { program, timeoutMs = DEFAULT_TIMEOUT_MS, cwd, env } = options
  return new Promise((resolve, reject) => {
    // A group of its own, so that all of it can be ended; what it leaves running on success stays, as that is what `start` is for.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let isLate = false
    const keep = (data: Buffer) => {
      output = (output + data.toString('utf8')).slice(-KEPT_OUTPUT)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = setTimeout(() => {
      isLate = true
      if (child.pid !== undefined) endGroup(child.pid)
    }, timeoutMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`${program} could not be run: ${error.message}`, { cause: error }))
    })
    // Not `close`: a service that it started may hold its output open for ever.
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      const said = output.trim() === '' ? '' : `: ${output.trim().slice(-500)}`
      // What was started goes on; we listen no longer, and must not be kept alive by it.
      setImmediate(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      })
      if (code === 0) resolve(output)
      else if (isLate)
        reject(new Error(`${program} did not end within ${timeoutMs / 1000} s and was killed${said}`))
      else reject(new Error(`${program} ended with ${code ?? signal}${said}`))
    })
  })
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
