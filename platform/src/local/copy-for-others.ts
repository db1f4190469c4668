import { chmod, cp, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Copies a tree of programs so that every account can read and run it, whatever the original's modes are. The copy
 * appears under its name only when it is complete.
 */
export async function copyForOthers(from: string, to: string): Promise<void> {
  const partial = `${to}.new`
  await rm(partial, { recursive: true, force: true })
  await cp(from, partial, { recursive: true, verbatimSymlinks: true })
  await chmod(partial, 0o755)
  for (const entry of await readdir(partial, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const file = path.join(entry.parentPath, entry.name)
    const isProgram = entry.isDirectory() || ((await stat(file)).mode & 0o100) !== 0
    await chmod(file, isProgram ? 0o755 : 0o644)
  }
  await rm(to, { recursive: true, force: true })
  await rename(partial, to)
}
