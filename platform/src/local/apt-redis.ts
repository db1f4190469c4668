import { randomBytes } from 'node:crypto'
import { access, chmod, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { runProcess } from '../run-process.ts'

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
  /** The user's environment, for PATH and the proxies in it. */
  readonly env: NodeJS.ProcessEnv
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

/** The folders below `root` that hold shared libraries, as a loader's search path wants them. */
export async function listLibraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const folders = entries.filter((entry) => /\.so(\.|$)/.test(entry.name)).map((entry) => entry.parentPath)
  return [...new Set(folders.map((folder) => path.resolve(folder)))].sort()
}

/** Whether this system has what {@link fetchRedisByApt} needs: apt and dpkg. */
export async function hasApt(env: NodeJS.ProcessEnv): Promise<boolean> {
  const programs = ['apt-get', 'dpkg-deb'].map((program) => runProcess(program, ['--version'], { env }))
  return (await Promise.all(programs)).every(({ isDone }) => isDone)
}

/**
 * Downloads the distribution's package, with those libraries that the system lacks, and unpacks it below `cacheDir`.
 * Needs no root and changes nothing in the system: apt keeps its lists, its cache and its archives in our folder, and
 * dpkg only unpacks. The system's own package lists serve when they are there and not out of date.
 *
 * @throws Error with apt's own words when there is no such package, or no network.
 */
export async function fetchRedisByApt(options: AptRedisOptions): Promise<UnpackedRedis> {
  const { cacheDir, onStep } = options
  const work = path.join(cacheDir, `apt-${randomBytes(4).toString('hex')}`)
  const root = path.join(work, 'root')
  try {
    for (const folder of ['lists/partial', 'archives/partial', 'root']) {
      await mkdir(path.join(work, folder), { recursive: true })
    }
    await chmod(root, 0o755) // as root, the server runs as somebody else
    await download(work, options)
    onStep?.('unpacking')
    await unpack(path.join(work, 'archives'), root, options)
    await rm(path.join(cacheDir, 'redis'), { recursive: true, force: true })
    await rename(root, path.join(cacheDir, 'redis'))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const unpacked = await unpackedRedis(cacheDir)
  if (unpacked === undefined) throw new Error('the package holds no server')
  return unpacked
}

async function download(work: string, options: AptRedisOptions): Promise<void> {
  const { systemLists, onStep, signal } = options
  onStep?.('downloading')
  try {
    return await install(aptOptions(work, systemLists, options), options)
  } catch {
    // A fresh machine has no lists at all, and old lists name packages that are gone.
    signal?.throwIfAborted()
  }
  const withOwnLists = aptOptions(work, path.join(work, 'lists'), options)
  onStep?.('updating')
  await apt([...withOwnLists, 'update'], options)
  onStep?.('downloading')
  await install(withOwnLists, options)
}

/**
 * Lets apt find out which libraries the system lacks, and download these and the server. The server's own packages are
 * wanted even where one is installed already, hence `--reinstall`.
 */
async function install(settings: readonly string[], options: AptRedisOptions): Promise<void> {
  let failure: unknown
  for (const { server, tools } of PACKAGES) {
    try {
      const how = ['--yes', '--no-install-recommends', '--download-only', '--reinstall']
      return await apt([...settings, ...how, 'install', server, tools], options)
    } catch (error) {
      options.signal?.throwIfAborted()
      failure ??= error
    }
  }
  throw failure
}

function aptOptions(
  work: string,
  lists: string | undefined,
  { settings = [] }: Pick<AptRedisOptions, 'settings'>,
): string[] {
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
    ...settings,
  ]
  return all.flatMap((setting) => ['-o', setting])
}

async function apt(args: readonly string[], options: AptRedisOptions): Promise<void> {
  const env = { ...options.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  const how = { env, signal: options.signal }
  const { isDone, stderr, reason } = await runProcess('apt-get', ['-q', ...args], how)
  if (isDone) return
  const words = stderr.split('\n').find((line) => line.startsWith('E: '))
  throw new Error(words?.slice(3) ?? reason)
}

async function unpack(archives: string, root: string, { env, signal }: AptRedisOptions): Promise<void> {
  for (const name of await readdir(archives)) {
    if (!name.endsWith('.deb') || NEVER.test(name.split('_')[0] ?? '')) continue
    const args = ['-x', path.join(archives, name), root]
    const { isDone, stderr, reason } = await runProcess('dpkg-deb', args, { env, signal })
    if (!isDone) throw new Error(stderr || reason)
  }
}
