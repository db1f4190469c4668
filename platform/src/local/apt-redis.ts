import { randomBytes } from 'node:crypto'
import { access, chmod, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { listLibraryFolders } from './library-folders.ts'

/** What distributions call a server that speaks Redis's protocol, best first. The program itself may be in the tools. */
const PACKAGES = [
  { server: 'redis-server', tools: 'redis-tools' },
  { server: 'valkey-server', tools: 'valkey-tools' },
]
/** Never unpacked beside a program: a C library other than the system's own would not fit its loader. */
const NEVER = /^(libc6|libc-bin|locales|libc-l10n)$/

/** A server unpacked into a private folder, and where its libraries are. */
export interface UnpackedRedis {
  readonly command: string
  readonly libraryPath: string
}

/** What is being done, for whoever shows it. */
export type AptStep = 'updating' | 'downloading' | 'unpacking'

export interface AptRedisOptions {
  /** The state folder's cache; everything, apt's own lists included, stays below it. */
  readonly cacheDir: string
  readonly onStep?: ((step: AptStep) => void) | undefined
  /** The user's environment, for the proxies in it. Default: none, with the usual PATH. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Further settings of apt, as `name=value`. */
  readonly settings?: readonly string[] | undefined
  /** Where apt keeps the system's package lists. Default: as apt is configured. */
  readonly systemLists?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The server that an earlier call unpacked below `cacheDir`, if any. */
export async function unpackedRedis(cacheDir: string): Promise<UnpackedRedis | undefined> {
  const root = path.join(cacheDir, 'redis')
  for (const { server } of PACKAGES) {
    const command = path.join(root, 'usr', 'bin', server)
    const isThere = await access(command, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return { command, libraryPath: (await listLibraryFolders(root)).join(':') }
  }
  return undefined
}

/** Whether this system has what {@link fetchRedisByApt} needs: apt and dpkg. */
export async function hasApt(): Promise<boolean> {
  return execa('apt-get', ['--version'])
    .then(() => execa('dpkg-deb', ['--version']))
    .then(
      () => true,
      () => false,
    )
}

/**
 * Downloads the distribution's package, with those libraries that the system lacks, and unpacks it below `cacheDir`.
 * Needs no root and changes nothing in the system: apt keeps its lists, its cache and its archives in our folder, and
 * dpkg only unpacks. The system's own package lists serve when they are there and not out of date.
 *
 * @throws Error with apt's own words when there is no such package, or no network.
 */
export async function fetchRedisByApt(options: AptRedisOptions): Promise<UnpackedRedis> {
  const { cacheDir, ...how } = options
  const { onStep, signal } = how
  const work = path.join(cacheDir, `apt-${randomBytes(4).toString('hex')}`)
  try {
    for (const folder of ['lists/partial', 'archives/partial', 'root']) {
      await mkdir(path.join(work, folder), { recursive: true })
    }
    await chmod(path.join(work, 'root'), 0o755) // as root, the server runs as somebody else
    await download({ ...how, work })
    onStep?.('unpacking')
    const root = path.join(work, 'root')
    await unpack(path.join(work, 'archives'), root, signal)
    await rm(path.join(cacheDir, 'redis'), { recursive: true, force: true })
    await rename(root, path.join(cacheDir, 'redis'))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const unpacked = await unpackedRedis(cacheDir)
  if (unpacked === undefined) throw new Error('the package holds no server')
  return unpacked
}

async function download(
  options: Omit<AptRedisOptions, 'cacheDir'> & { readonly work: string },
): Promise<void> {
  const {
    work,
    env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    settings = [],
    systemLists,
    onStep,
    signal,
  } = options
  onStep?.('downloading')
  const withSystemLists = aptOptions(work, systemLists, settings)
  if (
    await install(withSystemLists, env, signal).then(
      () => true,
      () => false,
    )
  )
    return
  signal?.throwIfAborted()

  // A fresh machine has no lists at all, and old lists name packages that are gone.
  const withOwnLists = aptOptions(work, path.join(work, 'lists'), settings)
  onStep?.('updating')
  await apt([...withOwnLists, 'update'], env, signal)
  onStep?.('downloading')
  await install(withOwnLists, env, signal)
}

/**
 * Lets apt find out which libraries the system lacks, and download these and the server. The server's own packages are
 * wanted even where one is installed already, hence `--reinstall`.
 */
async function install(
  options: readonly string[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  let failure: unknown
  for (const { server, tools } of PACKAGES) {
    try {
      const how = ['--yes', '--no-install-recommends', '--download-only', '--reinstall']
      return await apt([...options, ...how, 'install', server, tools], env, signal)
    } catch (error) {
      signal?.throwIfAborted()
      failure ??= error
    }
  }
  throw failure
}

function aptOptions(work: string, lists: string | undefined, further: readonly string[]): string[] {
  const all = [
    `Dir::Cache=${work}`,
    'Dir::Cache::archives=archives/',
    'Debug::NoLocking=1',
    // As root, apt would hand its downloads to a user who cannot enter our folder.
    'APT::Sandbox::User=root',
    'APT::Keep-Downloaded-Packages=true',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    ...(lists === undefined ? [] : [`Dir::State::lists=${lists}/`]),
    ...further,
  ]
  return all.flatMap((setting) => ['-o', setting])
}

async function apt(args: readonly string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  try {
    await execa('apt-get', ['-q', ...args], {
      env: { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      ...{ extendEnv: false, cwd: '/', stdin: 'ignore' },
      ...(signal && { cancelSignal: signal }),
    })
  } catch (error) {
    const words = (error as { stderr?: string }).stderr?.split('\n').find((line) => line.startsWith('E: '))
    throw new Error(words?.slice(3) ?? (error as Error).message, { cause: error })
  }
}

async function unpack(archives: string, root: string, signal?: AbortSignal): Promise<void> {
  for (const name of await readdir(archives)) {
    if (!name.endsWith('.deb') || NEVER.test(name.split('_')[0] ?? '')) continue
    await execa('dpkg-deb', ['-x', path.join(archives, name), root], {
      ...(signal && { cancelSignal: signal }),
    })
  }
}
