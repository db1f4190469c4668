import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** The folders below `root` that hold shared libraries, as a loader's search path wants them. */
export async function listLibraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const folders = entries.filter((entry) => /\.so(\.|$)/.test(entry.name)).map((entry) => entry.parentPath)
  return [...new Set(folders.map((folder) => path.resolve(folder)))].sort()
}
