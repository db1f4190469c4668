import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { DRIVERS, type Driver } from './platform.ts'

/** The folders that msctl works with. */
export interface Home {
  /** The state folder: state, data, logs. It may not exist yet. */
  readonly state: string
  /** The folder of what was downloaded, and can be again. It may not exist yet. */
  readonly cache: string
  /** The root of the clone that this CLI belongs to, if it belongs to one. */
  readonly clone?: string | undefined
  /** Where docker-compose.yml is: that clone, else the clone that one stands in, else the current folder. */
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
  /** Default: of this machine. */
  readonly system?: NodeJS.Platform | undefined
}

/**
 * Where state is kept: `MSCTL_HOME` if set; `.msctl` at the root of the clone that the CLI belongs to, or, if it was
 * installed by itself, of the one that one stands in; else where the system wants the state of programs, so that it is the
 * same platform in every folder. Somebody else's clone (in a shared /tmp, say) is passed over.
 */
export function findHome(options: HomeOptions): Home {
  const { programDir, cwd, env, uid = process.getuid?.(), system = process.platform } = options
  const packedParts = join(programDir, 'parts')
  const own = resolve(programDir, '..', '..')
  const clone = isClone(own) ? own : undefined
  const project = clone ?? foldersUpwards(cwd).find((folder) => isClone(folder) && ownerOf(folder) === uid)
  const common = { clone, projectDir: project ?? cwd, packedParts }
  const chosen = env.MSCTL_HOME ? resolve(cwd, env.MSCTL_HOME) : project && join(project, '.msctl')
  if (chosen !== undefined) return { ...common, state: chosen, cache: join(chosen, 'cache') }
  return { ...common, ...systemFolders(env, system) }
}

const isClone = (folder: string): boolean =>
  existsSync(join(folder, 'services')) && existsSync(join(folder, 'build.mjs'))

const ownerOf = (folder: string): number | undefined => statSync(folder, { throwIfNoEntry: false })?.uid

function foldersUpwards(from: string): string[] {
  const folder = resolve(from)
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersUpwards(parent)]
}

/** By the XDG Base Directory Specification, which takes no relative paths; on macOS by Apple's File System Programming Guide. */
function systemFolders(env: NodeJS.ProcessEnv, system: NodeJS.Platform): Pick<Home, 'state' | 'cache'> {
  const home = env.HOME || homedir()
  const [state, cache] =
    system === 'darwin' ? ['Library/Application Support', 'Library/Caches'] : ['.local/state', '.cache']
  const folder = (given: string | undefined, usual: string) =>
    join(given?.startsWith('/') ? given : join(home, usual), 'msctl')
  return { state: folder(env.XDG_STATE_HOME, state), cache: folder(env.XDG_CACHE_HOME, cache) }
}

/**
 * By which driver the platform was started last: its data are there, and nowhere else. `undefined` when none has been, or
 * its data were deleted since.
 *
 * @param state The state folder.
 */
export function readLastDriver(state: string): Driver | undefined {
  const [name] = readLastUp(state)
  return DRIVERS.find((driver) => driver === name)
}

/** At which port the platform was started last; 0: at any. `undefined` when none has been, or its data were deleted since. */
export function readLastPort(state: string): number | undefined {
  const [, port = ''] = readLastUp(state)
  return /^\d+$/.test(port) ? Number(port) : undefined
}

/** Keeps what was chosen, for the next time that nothing is. */
export function rememberUp(
  state: string,
  { driver, port }: { driver: Driver; port: number | undefined },
): void {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(lastUpFile(state), `${driver}\n${port === undefined ? '' : `${port}\n`}`)
}

export function forgetUp(state: string): void {
  rmSync(lastUpFile(state), { force: true })
}

/** The driver and the port, a line each. */
function readLastUp(state: string): readonly string[] {
  try {
    return readFileSync(lastUpFile(state), 'utf8').trim().split('\n')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

const lastUpFile = (state: string) => join(state, 'driver')
