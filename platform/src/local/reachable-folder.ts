import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'

const ROOT = '/var/lib/msctl'

/**
 * A folder below `/var/lib/msctl` for what another account than root has to reach, when the state folder is where only
 * root may enter (a clone below `/root`). Only root can write there, so nobody can plant anything in it; its name is
 * random, and the link `reachable` in the state folder says which one is ours.
 */
export interface ReachableFolder {
  /** Its path; made if there is none yet. */
  open(): Promise<string>
  /** Removes it with everything in it. */
  remove(): Promise<void>
}

/** @param home The state folder, or the data folder of a throw-away server. */
export function createReachableFolder(home: string, root = ROOT): ReachableFolder {
  const link = path.join(home, 'reachable')

  const current = async (): Promise<string | undefined> => {
    const target = await readlink(link).catch(() => undefined)
    if (target === undefined) return undefined
    // The link stands in a folder that only we can write to; this guards against a state folder copied from elsewhere.
    const found = await lstat(target).catch(() => undefined)
    const isOurs =
      path.dirname(target) === root && found?.isDirectory() === true && found.uid === process.getuid?.()
    return isOurs ? target : undefined
  }

  return {
    async open() {
      const existing = await current()
      if (existing !== undefined) return existing
      try {
        await mkdir(root, { recursive: true, mode: 0o711 })
        const { uid, mode } = await lstat(root)
        if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`others may write to ${root}`)
        const folder = path.join(root, randomBytes(8).toString('hex'))
        await mkdir(folder)
        await chmod(folder, 0o711) // whatever the umask says: others pass through, and cannot list
        await rm(link, { force: true })
        await symlink(folder, link)
        return folder
      } catch (error) {
        throw new Failure(
          'folder-unusable',
          { folder: root, reason: (error as Error).message },
          { cause: error },
        )
      }
    },

    async remove() {
      const existing = await current()
      if (existing !== undefined) await rm(existing, { recursive: true, force: true })
      await rm(link, { force: true })
    },
  }
}
