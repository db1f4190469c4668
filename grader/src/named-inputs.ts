import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { Failure } from './failure.ts'

/** @param name The option or the argument that names it. @throws Failure `input-unusable` unless it is a folder that is there. */
export function assertFolder(name: string, path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new Failure('input-unusable', { name, path, reason: 'missing' })
  if (!found.isDirectory()) throw new Failure('input-unusable', { name, path, reason: 'no-folder' })
}

/** @param name The option that names it. @throws Failure `input-unusable` unless it is a file that can be run. */
export function assertProgram(name: string, path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new Failure('input-unusable', { name, path, reason: 'missing' })
  const unusable = (cause?: unknown) =>
    new Failure('input-unusable', { name, path, reason: 'no-program' }, { cause })
  if (!found.isFile()) throw unusable()
  try {
    accessSync(path, constants.X_OK)
  } catch (error) {
    throw unusable(error)
  }
}

/** @throws Failure `compose-file-missing` */
export function assertComposeFile(file: string): void {
  if (!existsSync(file)) throw new Failure('compose-file-missing', { file })
}
