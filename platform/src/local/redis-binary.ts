import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { installCommand } from '../install-command.ts'
import { withLock } from '../lock.ts'
import { type Account, canRun, copyForOthers } from './account.ts'
import { type AptStep, fetchRedisByApt, hasApt, listLibraryFolders, unpackedRedis } from './apt-redis.ts'

/** A program that speaks Redis's protocol, and the environment that it needs to run. */
export interface RedisBinary {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

export interface RedisBinaryOptions {
  /** Where a downloaded copy is kept. */
  readonly cacheDir: string
  /** The user's environment: the PATH to look in, and apt's proxies. */
  readonly env: NodeJS.ProcessEnv
  /** Where to look besides. Default: where servers are often installed without being on a user's PATH. */
  readonly usualFolders?: readonly string[] | undefined
  /** Who has to be able to run it; `undefined`: the user himself. */
  readonly account: Account | undefined
  /** Where a private copy goes when the account cannot reach `cacheDir`; asked for only then. */
  readonly copyTo: () => Promise<string>
  /** Further settings of apt, as `name=value`. */
  readonly aptSettings?: readonly string[]
  readonly onStep?: ((step: AptStep) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const NOT_FOUND = 'neither redis-server nor valkey-server is on PATH'
const USUAL_FOLDERS = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']

/**
 * Redis or Valkey: the one on PATH, else the one that was downloaded before, else, on Debian and its kin, the
 * distribution's package in a private folder.
 *
 * @throws Failure `no-redis` with the remedy for this system.
 */
export async function redisBinary(options: RedisBinaryOptions): Promise<RedisBinary> {
  const { account, cacheDir } = options
  const installed = await findInstalled(options)
  if (installed !== undefined) return { command: installed, env: {} }

  const unpacked = (await unpackedRedis(cacheDir)) ?? (await fetchOrExplain(options))
  const binary = { command: unpacked.command, env: { LD_LIBRARY_PATH: unpacked.libraryPath } }
  if (await canRun(binary.command, account, binary.env)) return binary
  return account === undefined ? explain(`${binary.command} does not run`) : copyFor(options)
}

/** Where {@link redisBinary} would get a server from, found out without downloading one. */
export async function findRedis(
  options: Pick<RedisBinaryOptions, 'cacheDir' | 'env' | 'usualFolders' | 'account'>,
): Promise<{ readonly from: 'system' | 'cache'; readonly command: string } | { readonly from: 'apt' }> {
  const installed = await findInstalled(options)
  if (installed !== undefined) return { from: 'system', command: installed }
  const unpacked = await unpackedRedis(options.cacheDir)
  if (unpacked !== undefined) return { from: 'cache', command: unpacked.command }
  return (await canFetch(options.env)) ? { from: 'apt' } : explain(NOT_FOUND)
}

const canFetch = async (env: NodeJS.ProcessEnv) => process.platform === 'linux' && (await hasApt(env))

async function findInstalled({
  env,
  usualFolders = USUAL_FOLDERS,
  account,
}: Pick<RedisBinaryOptions, 'env' | 'usualFolders' | 'account'>): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(path.delimiter), ...usualFolders].filter(path.isAbsolute)
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of new Set(folders)) {
      const command = path.join(folder, name)
      const isThere = await access(command, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere && (await canRun(command, account))) return command
    }
  }
  return undefined
}

async function fetchOrExplain({ cacheDir, env, aptSettings = [], onStep, signal }: RedisBinaryOptions) {
  if (!(await canFetch(env))) return explain(NOT_FOUND)
  try {
    // Two platforms may share a cache; the second finds what the first has downloaded.
    const options = { cacheDir, env, settings: aptSettings, onStep, signal }
    const fetch = async () => (await unpackedRedis(cacheDir)) ?? fetchRedisByApt(options)
    return await withLock({ folder: cacheDir, command: 'redis', signal }, fetch)
  } catch (error) {
    signal?.throwIfAborted()
    return explain((error as Error).message, error)
  }
}

async function copyFor({ account, cacheDir, copyTo }: RedisBinaryOptions): Promise<RedisBinary> {
  const copy = path.join(await copyTo(), 'redis')
  const relative = path.relative(path.join(cacheDir, 'redis'), (await unpackedRedis(cacheDir))?.command ?? '')
  const binary = async () => ({
    command: path.join(copy, relative),
    env: { LD_LIBRARY_PATH: (await listLibraryFolders(copy).catch(() => [])).join(':') },
  })
  const existing = await binary()
  if (await canRun(existing.command, account, existing.env)) return existing

  await copyForOthers(path.join(cacheDir, 'redis'), copy)
  const made = await binary()
  return (await canRun(made.command, account, made.env)) ? made : explain(`${made.command} does not run`)
}

async function explain(reason: string, cause?: unknown): Promise<never> {
  throw new Failure('no-redis', { reason, remedy: installCommand('redis') }, { cause })
}
