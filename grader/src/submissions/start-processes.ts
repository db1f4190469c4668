import { freePort } from '@msctl/platform/ports'
import { type ProcessResult, runProcess } from '@msctl/platform/run-process'
import { waitUntil } from '@msctl/platform/wait-until'
import { decisiveLine } from '../target/error-lines.ts'
import { endMarkedProcesses, markedEnvironment } from '../target/marked-processes.ts'
import { limitTime } from '../target/time-limit.ts'
import type { CappedLog } from './capped-log.ts'
import type { How } from './submissions.ts'

export interface ProcessesOptions {
  readonly how: Extract<How, { by: 'processes' }>
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Unlike that of any other submission. */
  readonly mark: string
  readonly log: CappedLog
  readonly signal: AbortSignal
  /** How long it may take to answer, in milliseconds. Default 180 000. */
  readonly readyLimitMs?: number
}

/** A submission whose processes were started. */
export interface StartedProcesses {
  readonly url: string
  /** What its control program has to be called with. */
  readonly env: NodeJS.ProcessEnv
  /** Why it does not answer. */
  readonly unstarted: string | undefined
  /** Ends all that it has started, wherever that is now. */
  close(): Promise<void>
}

const READY_LIMIT_MS = 180_000
const STOP_LIMIT_MS = 30_000
const PROBE_TIMEOUT_MS = 5_000
/** What of our environment a submission needs. Everything else may be a secret. */
const PASSED_ON = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR)$/

/**
 * Starts a submission by its own command, and waits until its gateway answers anything.
 *
 * @throws when this machine cannot start a process; the signal's reason.
 */
export async function startProcesses(options: ProcessesOptions): Promise<StartedProcesses> {
  const { how, folder, mark, log, signal, readyLimitMs = READY_LIMIT_MS } = options
  const port = await freePort()
  const url = how.url.replace(/\$\{?PORT\}?/, String(port)).replace(/\/+$/, '')
  const env = environmentOf(options.env, { PORT: String(port), ...markedEnvironment(mark) })
  const shell = (script: string, limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal }) =>
    runProcess('sh', ['-c', script], {
      ...{ cwd: folder, env, endSignal: 'SIGKILL', maxOutput: 1, onOutput: log.add, ...limits },
    })
  const closing = new AbortController()
  const close = async () => {
    // Whether it worked or not: what is left is ended below.
    if (how.stop !== undefined) await shell(how.stop, { timeoutMs: STOP_LIMIT_MS })
    closing.abort()
    await endMarkedProcesses(mark)
  }

  let ended: ProcessResult | undefined
  if (how.start !== undefined)
    void shell(stayingOpen(how.start), { signal: closing.signal }).then(
      (result) => {
        ended = result
      },
      () => undefined, // ended by `close`
    )
  try {
    const answer = await waitUntil(
      async () => ((await answers(url, signal)) ? 'yes' : ended === undefined ? undefined : 'ended'),
      { deadlineMs: readyLimitMs, everyMs: 200, signal },
    )
    if (answer === 'yes') return { url, env, unstarted: undefined, close }
    if (ended !== undefined && wasNeverStarted(ended)) throw new Error(`sh: ${ended.reason}`)
    const what =
      ended === undefined ? `No answer within ${readyLimitMs / 1000} s` : `It ended with ${ended.reason}`
    const line = decisiveLine(log.last().split('\n'))
    return { url, env, unstarted: line === '' ? `${what}.` : `${what}: ${line}`, close }
  } catch (error) {
    await close()
    throw error
  }
}

function environmentOf(ours: NodeJS.ProcessEnv, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(ours).filter(([name]) => PASSED_ON.test(name))), ...more }
}

/** A script that ends only if what it runs fails: services that were started in the background go on printing into its output. */
function stayingOpen(script: string): string {
  return `(\n${script}\n) || exit\nexec sleep 2147483647`
}

/** Whether there was no process at all, as when this machine can start no more. */
function wasNeverStarted({ exitCode, reason }: ProcessResult): boolean {
  return exitCode === undefined && !reason.startsWith('ended by')
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const limit = limitTime(PROBE_TIMEOUT_MS, signal)
  try {
    const answer = await fetch(`${url}/health`, { signal: limit.signal })
    await answer.body?.cancel()
    return true
  } catch {
    signal.throwIfAborted()
    return false
  } finally {
    limit.release()
  }
}
