import { readFile } from 'node:fs/promises'
import { runProcess } from '@msctl/platform/run-process'
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
  readonly exitCode: number | undefined
  readonly isLate: boolean
  /** `undefined`: it wrote none. */
  readonly report: Report | undefined
  /** The last that it printed, or why it printed nothing. */
  readonly said: string
}

/** How long it may take to put everything back when it is told to end, in milliseconds. */
const CLEAN_UP_MS = 90_000

/**
 * Grades one submission in a process of its own, so that whatever it does to its grader it does to this one alone. Told to end when its
 * time is over or the signal comes, and killed when it does not.
 *
 * @throws the signal's reason, once it has ended.
 */
export async function runVerify(options: RunVerifyOptions): Promise<VerifyOutcome> {
  const { program, args, cwd, env, log, reportFile, limitMs, signal, onStart } = options
  const [command = process.execPath, ...before] = program
  const { exitCode, isLate, reason } = await runProcess(command, [...before, ...args], {
    ...{ cwd, env, signal, onStart, onOutput: log.add, maxOutput: 1 },
    ...{ timeoutMs: Math.max(1, limitMs), endSignal: 'SIGINT', killAfterMs: CLEAN_UP_MS },
  })
  return { exitCode, isLate, report: await readReport(reportFile), said: log.last() || reason }
}

async function readReport(file: string): Promise<Report | undefined> {
  try {
    return z.parse(Report, JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
