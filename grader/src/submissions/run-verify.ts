import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod/mini'
import { Report } from '../run/report.ts'
import type { CappedLog } from './capped-log.ts'

export interface RunVerifyOptions {
  /** What runs msctl: Node and the program. */
  readonly program: readonly string[]
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly log: CappedLog
  /** Where it writes its JSON report. */
  readonly reportFile: string
  readonly limitMs: number
  readonly signal: AbortSignal
  /** Called once it runs, with its pid. */
  readonly onStart: (pid: number) => void
}

/** What a grading in a process of its own came to. */
export interface VerifyOutcome {
  readonly exitCode: number | null
  readonly isLate: boolean
  /** `undefined`: it wrote none. */
  readonly report: Report | undefined
  /** The last that it printed. */
  readonly said: string
}

/** How long it may take to put everything back when it is told to end, in milliseconds. */
const CLEAN_UP_MS = 90_000

/**
 * Grades one submission in a process of its own, so that whatever it does to its grader it does to this one alone. Told to end when its
 * time is over or the signal comes, and killed when it does not.
 */
export async function runVerify(options: RunVerifyOptions): Promise<VerifyOutcome> {
  const { program, args, cwd, env, log, reportFile, limitMs, signal, onStart } = options
  const [command = process.execPath, ...before] = program
  // Ctrl-C reaches us alone; we then end it.
  const child = spawn(command, [...before, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  log.take(child.stdout)
  log.take(child.stderr)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (child.pid !== undefined) onStart(child.pid)

  const over = new AbortController()
  let isLate = false
  const end = async () => {
    child.kill('SIGINT')
    await delay(CLEAN_UP_MS, undefined, { signal: over.signal })
    child.kill('SIGKILL')
  }
  const endQuietly = () => void end().catch(() => undefined) // it ended before it had to be killed
  const timer = setTimeout(() => {
    isLate = true
    endQuietly()
  }, limitMs)
  if (signal.aborted) endQuietly()
  else signal.addEventListener('abort', endQuietly, { once: true })
  try {
    const exitCode = await ended
    return { exitCode, isLate, report: await readReport(reportFile), said: log.last() }
  } finally {
    over.abort()
    clearTimeout(timer)
    signal.removeEventListener('abort', endQuietly)
  }
}

async function readReport(file: string): Promise<Report | undefined> {
  try {
    return z.parse(Report, JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
