import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { execa, type Result } from 'execa'

/** What a program may use, and for how long. */
export interface ProcessOptions {
  /** All of its environment: nothing of ours is added. */
  readonly env: NodeJS.ProcessEnv
  /** Default: `/`, because another account may not be able to enter ours. */
  readonly cwd?: string | undefined
  /** As whom it runs. Default: as we do. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
  /** After which it is ended, in milliseconds. Default: it may take as long as it wants. */
  readonly timeoutMs?: number | undefined
  /** Ends it. */
  readonly signal?: AbortSignal | undefined
  /** What it is ended with. Default `SIGTERM`. */
  readonly endSignal?: NodeJS.Signals | undefined
  /** When it is killed if that does not end it, in milliseconds. Default 5 000. */
  readonly killAfterMs?: number | undefined
  /** How much of what it prints is kept, its end, in characters. Default 10 000 000. */
  readonly maxOutput?: number | undefined
  /** Called with what it prints, as it comes; with `onLine`, line by line. */
  readonly onOutput?: ((data: Buffer) => void) | undefined
  readonly onLine?: ((line: string) => void) | undefined
  /** Called once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined
}

/** How a program ended. */
export interface ProcessResult {
  /** Whether it exited with 0. */
  readonly isDone: boolean
  /** `undefined`: it was never started, or a signal ended it. */
  readonly exitCode: number | undefined
  /** Whether it was ended because its time was over. */
  readonly isLate: boolean
  /** Whether there is no such program. */
  readonly isMissing: boolean
  /** Why it is not done, in a few words: `exit code 1`, `ended by SIGKILL`, `not done within 5 s`, `spawn docker ENOENT`. */
  readonly reason: string
  /** What it printed, without the line break at the end. */
  readonly stdout: string
  readonly stderr: string
}

const KILL_AFTER_MS = 5_000
const MAX_OUTPUT = 10_000_000
const MAX_STDERR = 10_000
/** How long output may still come after the end; a daemon that was started may hold it open for ever. In milliseconds. */
const LINGER_MS = 200

/**
 * Runs a program to its end. It has no input, and a process group of its own: Ctrl-C reaches us alone. When its time is over,
 * or the signal comes, it is ended with all that is still of its group; what it leaves running when it ends by itself goes on.
 *
 * @throws The signal's reason, once the program has ended. Whatever else happens is a result.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  const { timeoutMs, signal, maxOutput = MAX_OUTPUT, onOutput, onLine, onStart } = options
  signal?.throwIfAborted()
  const child = start(command, args, options)
  if (child.pid !== undefined) onStart?.(child.pid)
  const stdout = keepEnd(child.stdout, maxOutput)
  const stderr = keepEnd(child.stderr, maxOutput)
  for (const stream of [child.stdout, child.stderr]) {
    if (onOutput) stream.on('data', onOutput)
    if (onLine) linesOf(stream).on('line', onLine)
  }
  child.once('exit', () =>
    setTimeout(() => {
      child.stdout.destroy()
      child.stderr.destroy()
    }, LINGER_MS).unref(),
  )
  const result = await child
  signal?.throwIfAborted()
  return {
    isDone: !result.failed,
    exitCode: result.exitCode,
    isLate: result.timedOut,
    isMissing: result.code === 'ENOENT',
    reason: reasonOf(result, timeoutMs),
    stdout: stdout(),
    stderr: stderr(),
  }
}

/**
 * The lines that a program prints on stdout, as they come. It is ended when nobody reads on, or the signal comes.
 *
 * @throws Error when it fails by itself.
 */
export async function* readProcessLines(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): AsyncGenerator<string> {
  const child = start(command, args, options)
  const stderr = keepEnd(child.stderr, MAX_STDERR)
  try {
    yield* linesOf(child.stdout)
    const result = await child
    if (result.failed && options.signal?.aborted !== true)
      throw new Error(stderr() || reasonOf(result), { cause: result })
  } finally {
    child.kill()
  }
}

/** Whether a program of that name is on PATH. */
export function isOnPath({ PATH = '' }: NodeJS.ProcessEnv, command: string): boolean {
  return findOnPath(PATH.split(path.delimiter), command) !== undefined
}

/** The first of these folders' files of that name. */
export function findOnPath(folders: readonly string[], command: string): string | undefined {
  return folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file))
}

function start(command: string, args: readonly string[], options: ProcessOptions) {
  const { env, cwd = '/', account, timeoutMs, signal, endSignal, killAfterMs = KILL_AFTER_MS } = options
  const child = execa(command, args, {
    ...{ env, extendEnv: false, cwd, ...account, stdin: 'ignore', detached: true },
    ...{ buffer: false, reject: false },
    ...{ killSignal: endSignal ?? 'SIGTERM', forceKillAfterDelay: killAfterMs },
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...(signal !== undefined && { cancelSignal: signal }),
  })
  // What execa ends is the process alone.
  child.once('exit', () => {
    if (child.killed) endGroup(child.pid)
  })
  return child
}

const linesOf = (input: NodeJS.ReadableStream) =>
  createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })

function keepEnd(stream: NodeJS.ReadableStream, maxOutput: number): () => string {
  let text = ''
  const decoder = new TextDecoder()
  stream.on('data', (data: Buffer) => {
    text = (text + decoder.decode(data, { stream: true })).slice(-maxOutput)
  })
  return () => text.replace(/\r?\n$/, '')
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // ESRCH: nobody is left
  }
}

function reasonOf(
  result: Pick<Result, 'timedOut' | 'exitCode' | 'signal' | 'originalMessage'>,
  timeoutMs = 0,
): string {
  const { timedOut, exitCode, signal, originalMessage } = result
  if (timedOut) return `not done within ${timeoutMs / 1000} s`
  if (signal !== undefined) return `ended by ${signal}`
  return exitCode === undefined ? (originalMessage ?? 'not started') : `exit code ${exitCode}`
}
