import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@msctl/platform/ports'
import { waitUntil } from '@msctl/platform/wait-until'
import { limitTime } from '../target/time-limit.ts'
import type { CappedLog } from './capped-log.ts'
import { endMarkedProcesses, MARK } from './marked-processes.ts'
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
/** What a submission has no business to see. */
const NOT_PASSED_ON =
  /TOKEN|SECRET|PASSW|KEY|CREDENTIAL|^(GITHUB|CI|RUNNER|ACTIONS|MSCTL|NPM|AWS|AZURE|GOOGLE)_/i

/** Starts a submission by its own command, and waits until its gateway answers anything. @throws the signal's reason. */
export async function startProcesses(options: ProcessesOptions): Promise<StartedProcesses> {
  const { how, folder, mark, log, signal, readyLimitMs = READY_LIMIT_MS } = options
  const port = await freePort()
  const url = how.url.replace(/\$\{?PORT\}?/, String(port)).replace(/\/+$/, '')
  const passedOn = Object.entries(options.env).filter(([name]) => !NOT_PASSED_ON.test(name))
  const env: NodeJS.ProcessEnv = { ...Object.fromEntries(passedOn), PORT: String(port), [MARK]: mark }

  const shell = (command: string) => {
    const child = spawn('sh', ['-c', command], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    log.take(child.stdout)
    log.take(child.stderr)
    return child
  }
  const close = async () => {
    if (how.stop !== undefined) {
      const limit = AbortSignal.timeout(STOP_LIMIT_MS)
      // Whether it worked or not: what is left is ended below.
      await once(shell(how.stop), 'exit', { signal: limit }).catch(() => undefined)
    }
    await endMarkedProcesses(mark)
  }

  let exit: { code: number | null } | undefined
  if (how.start !== undefined) {
    shell(how.start).once('exit', (code) => {
      exit = { code }
    })
  }
  try {
    const answer = await waitUntil(
      async () => {
        if (await answers(url, signal)) return 'yes'
        // What has started its services in the background may end; what failed has failed.
        return exit !== undefined && exit.code !== 0 ? 'ended' : undefined
      },
      { deadlineMs: readyLimitMs, everyMs: 200, signal },
    )
    if (answer === 'yes') return { url, env, unstarted: undefined, close }
    await delay(50) // its last words are still on their way
    const lines = log.last().split('\n')
    const last = lines.findLast((line) => /error|exception|fatal|panic/i.test(line)) ?? lines.at(-1) ?? ''
    const what =
      answer === 'ended'
        ? `It ended with ${exit?.code ?? 'a signal'}`
        : `No answer within ${readyLimitMs / 1000} s`
    return { url, env, unstarted: last === '' ? `${what}.` : `${what}: ${last}`, close }
  } catch (error) {
    await close()
    throw error
  }
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
