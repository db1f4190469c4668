import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'

/** A copy of what is mounted; what is not there becomes an empty folder, as Docker would make it. */
export async function copyMount(source: string, copy: string): Promise<void> {
  await mkdir(path.dirname(copy), { recursive: true })
  try {
    await cp(source, copy, { recursive: true, verbatimSymlinks: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(copy, { recursive: true })
  }
}
