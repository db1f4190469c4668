import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { reservePort } from '../../../platform/src/reserved-ports.ts'
import type { OnEnd } from '../torture.ts'
import type { Server } from './stores.ts'

/** A process of the gateway or of a service. */
export interface Replica extends Server {
  name: string
  url: string
  /** Resolves once it says that it can work. */
  ready(): Promise<void>
  /** How it ended, where nobody killed it. */
  unexpectedEnd(): string | undefined
  /** Asks it to stop (SIGTERM), and gives its exit code. */
  stop(): Promise<number | null>
}

const READY_TIMEOUT_MS = 30_000

/** Starts a process of the platform, killed when the torture is over. It is there, but may not be ready yet. */
export async function startReplica({
  name,
  entry,
  env,
  dir,
  onEnd,
}: {
  name: string
  /** Its program. */
  entry: string
  env: Record<string, string>
  /** Where its log goes. */
  dir: string
  onEnd: OnEnd
}): Promise<Replica> {
  const port = await reservePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let isKilled = false
  let isOver = false
  let unexpectedEnd: string | undefined

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const running = (): ChildProcess => {
    if (child === undefined) throw new Error(`${name} is not running`)
    return child
  }

  async function start(): Promise<void> {
    if (isRunning() || isOver) return
    const log = openSync(path.join(dir, `${name}.log`), 'a')
    isKilled = false
    child = spawn(process.execPath, [entry], {
      env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    child.once('exit', (code, signal) => {
      if (!isKilled) unexpectedEnd = `${name} ended with ${signal ?? `exit code ${code}`}`
    })
    await once(child, 'spawn')
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!isRunning()) return null
    const itsEnd = once(running(), 'exit') as Promise<[number | null]>
    isKilled = true
    running().kill(signal)
    return (await itsEnd)[0]
  }

  onEnd(async () => {
    isOver = true
    await end('SIGKILL')
  })
  await start()
  return {
    name,
    url,
    port,
    pid: () => running().pid as number,
    isRunning,
    start,
    kill: async () => {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    pause: () => void running().kill('SIGSTOP'),
    resume: () => void running().kill('SIGCONT'),
    unexpectedEnd: () => unexpectedEnd,
    ready: async () => {
      const deadline = performance.now() + READY_TIMEOUT_MS
      while (!(await isReady(url))) {
        if (unexpectedEnd !== undefined) throw new Error(unexpectedEnd)
        if (performance.now() > deadline) throw new Error(`${name} is not ready after ${READY_TIMEOUT_MS} ms`)
        await delay(20)
      }
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/ready`)
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false // nobody listens yet
  }
}
