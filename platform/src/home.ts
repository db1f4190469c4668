import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DRIVERS, type Driver } from './platform.ts'

/** The folders that msctl works with. */
export interface Home {
  /** The state folder: state, data, logs, cache. It may not exist yet. */
  readonly state: string
  /** The root of the clone that this CLI belongs to, if it belongs to one. */
  readonly clone?: string | undefined
  /** Where docker-compose.yml is: that clone, else the current folder. */
  readonly projectDir: string
  /** Where a packed CLI has the parts' programs. */
  readonly packedParts: string
}

export interface HomeOptions {
  /** The folder of the running program: `cli/dist`, or `cli/src`. */
  readonly programDir: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly uid?: number | undefined
}

/**
 * Where state is kept: `MSCTL_HOME` if set; in a clone, `.msctl` at its root, wherever one stands; for a CLI that was
 * installed by itself, the nearest `.msctl` from the current folder upwards, as git looks for its own, else one in the
 * current folder. Somebody else's `.msctl` (in a shared /tmp, say) is passed over.
 */
export function findHome(options: HomeOptions): Home {
  const { programDir, cwd, env, uid = process.getuid?.() } = options
  const packedParts = join(programDir, 'parts')
  const root = resolve(programDir, '..', '..')
  const clone = existsSync(join(root, 'services')) && existsSync(join(root, 'build.mjs')) ? root : undefined
  const common = { clone, projectDir: clone ?? cwd, packedParts }
  if (env.MSCTL_HOME) return { ...common, state: resolve(cwd, env.MSCTL_HOME) }
  if (clone !== undefined) return { ...common, state: join(clone, '.msctl') }
  return { ...common, state: nearestState(cwd, uid) ?? join(cwd, '.msctl') }
}

function nearestState(cwd: string, uid: number | undefined): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.msctl')
    const found = statSync(candidate, { throwIfNoEntry: false })
    if (found?.isDirectory() === true && found.uid === uid) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

/**
 * By which driver the platform was started last: its data are there, and nowhere else. `undefined` when none has been, or
 * its data were deleted since.
 *
 * @param state The state folder.
 */
export function readLastDriver(state: string): Driver | undefined {
  try {
    const text = readFileSync(driverFile(state), 'utf8').trim()
    return DRIVERS.find((driver) => driver === text)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function rememberDriver(state: string, driver: Driver): void {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(driverFile(state), `${driver}\n`)
}

export function forgetDriver(state: string): void {
  rmSync(driverFile(state), { force: true })
}

const driverFile = (state: string) => join(state, 'driver')
