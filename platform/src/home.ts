import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The folders that msctl works with. */
export interface Home {
  /** The state folder: state, data, logs, cache. It may not exist yet. */
  readonly state: string
  /** The root of the clone that this CLI belongs to, if it belongs to one. */
  readonly clone?: string | undefined
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
  if (env.MSCTL_HOME) return { state: resolve(cwd, env.MSCTL_HOME), clone, packedParts }
  if (clone !== undefined) return { state: join(clone, '.msctl'), clone, packedParts }
  return { state: nearestState(cwd, uid) ?? join(cwd, '.msctl'), packedParts }
}

function nearestState(cwd: string, uid: number | undefined): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.msctl')
    const found = statSync(candidate, { throwIfNoEntry: false })
    if (found?.isDirectory() === true && found.uid === uid) return candidate
    if (folder === dirname(folder)) return undefined
  }
}
