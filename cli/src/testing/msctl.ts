import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The built program. */
export const MAIN = path.resolve(import.meta.dirname, '../../dist/start.cjs')

const CLONE = path.resolve(import.meta.dirname, '../../..')

/** What a program that ended left behind. */
export interface Result {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface StartOptions {
  /** The state folder. */
  readonly home: string
  /** Besides PATH and an English locale. */
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
}

/** Starts msctl in the root folder, with nothing of this process's environment but PATH. */
export function startMsctl(args: readonly string[], { home, env = {}, ...who }: StartOptions): ChildProcess {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run npm run build`)
  const base = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', MSCTL_HOME: home }
  return spawn(process.execPath, [MAIN, ...args], { env: { ...base, ...env }, cwd: '/', ...who })
}

/** What it prints until its end, and its exit code. */
export async function finish(child: ChildProcess): Promise<Result> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (data) => (out += data))
  child.stderr?.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/**
 * An empty state folder that every account may pass through, with the Redis that the clone has downloaded, if it had
 * to: how it is downloaded is what redis.test.ts tests.
 *
 * @param owner The account to whom it belongs. Default: who runs the test.
 */
export async function makeHome(owner?: number): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'msctl-home-'))
  await chmod(home, 0o711)
  await giveRedis(home)
  if (owner !== undefined) {
    await chown(home, owner, owner)
    await chown(path.join(home, 'cache'), owner, owner)
  }
  return home
}

/** Copies the clone's Redis into a state folder. */
export async function giveRedis(home: string): Promise<void> {
  const cache = path.join(home, 'cache')
  await mkdir(cache, { recursive: true, mode: 0o711 })
  const redis = path.join(CLONE, '.msctl', 'cache', 'redis')
  // Nothing in the copy may lead back into the clone.
  if (existsSync(redis))
    await cp(redis, path.join(cache, 'redis'), { recursive: true, verbatimSymlinks: true })
}
