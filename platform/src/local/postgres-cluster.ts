import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { Failure, isFailure } from '../failure.ts'
import { runProcess } from '../run-process.ts'
import { type Account, canEnter } from './account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { ReachableFolder } from './reachable-folder.ts'

/** The major version whose data folders our programs can read. */
const POSTGRES_MAJOR = '15'
/** The superuser of the cluster, by the contract. */
export const POSTGRES_USER = 'user'

/** A complete PostgreSQL data folder, started or not. */
export interface PostgresCluster {
  /** The real path of the data folder. */
  readonly folder: string
  readonly password: string
}

export interface ClusterOptions {
  /** The folder that holds the data folder `postgres` and its password. */
  readonly dir: string
  readonly binaries: PostgresBinaries
  readonly account: Account | undefined
  /** Where the data go when the account cannot enter `dir`. */
  readonly reachable: ReachableFolder
  /**
   * Whether a new cluster is to last. One that is thrown away is not written through to the disk, and its passwords are
   * checked by MD5, which takes a thousandth of the time of SCRAM: tests connect thousands of times. Default `true`.
   */
  readonly durable?: boolean
  readonly signal?: AbortSignal | undefined
}

/** Where a cluster's data folder is, or the link to it. */
export function clusterLink(dir: string): string {
  return path.join(dir, 'postgres')
}

/** Where the password of a cluster is kept. */
export function passwordFileOf(dir: string): string {
  return path.join(dir, 'postgres.password')
}

/** A cluster that is there or will be. Its password is known before it exists, so that others can start meanwhile. */
export interface ClusterPlan {
  readonly password: string
  readonly isNew: boolean
  /** Creates the cluster if it is new. */
  open(): Promise<PostgresCluster>
}

/**
 * Looks for the cluster in `dir`. A new one is made under another name and renamed when it is complete, so that one
 * which was interrupted half-way is never taken for a cluster.
 *
 * @throws Failure `postgres-major` when another major version's data are there, `postgres-password` when the password
 *   of existing data is lost; `open` throws `postgres-init` when a cluster cannot be created.
 */
export async function planCluster(options: ClusterOptions): Promise<ClusterPlan> {
  const { dir } = options
  const cluster = await findCluster(dir)
  if (cluster !== undefined) return { password: cluster.password, isNew: false, open: async () => cluster }
  const password = randomBytes(24).toString('base64url')
  const open = () => createCluster(options, clusterLink(dir), passwordFileOf(dir), password)
  return { password, isNew: true, open }
}

/**
 * The cluster in `dir`, if there is one.
 *
 * @throws Failure `postgres-major`, `postgres-password`.
 */
export async function findCluster(dir: string): Promise<PostgresCluster | undefined> {
  const folder = await realpath(clusterLink(dir)).catch(() => undefined)
  if (folder === undefined) return undefined
  const found = (await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => '?')).trim()
  if (found !== POSTGRES_MAJOR) throw new Failure('postgres-major', { found, wanted: POSTGRES_MAJOR, folder })
  const file = passwordFileOf(dir)
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new Failure('postgres-password', { file }, { cause })
  })
  return { folder, password: text.trim() }
}

async function createCluster(
  options: ClusterOptions,
  link: string,
  passwordFile: string,
  password: string,
): Promise<PostgresCluster> {
  const { dir, account, reachable } = options
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const parent = account === undefined || (await canEnter(dir, account)) ? dir : await reachable.open()
  await removeLeftovers(parent)
  await rm(link, { force: true }) // at most a link that leads nowhere

  const folder = path.join(parent, 'postgres')
  const partial = `${folder}.new-${randomBytes(4).toString('hex')}`
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
    await mkdir(partial, { mode: 0o700 })
    if (account !== undefined) await chown(partial, account.uid, account.gid)
    await initialize(options, partial, password)
    await rename(partial, folder)
    if (parent !== dir) await symlink(folder, link)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    options.signal?.throwIfAborted()
    if (isFailure(error)) throw error
    throw new Failure('postgres-init', { reason: (error as Error).message }, { cause: error })
  }
  return { folder, password }
}

/** Removes what an attempt that was killed left behind. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith('postgres.new-')) await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

async function initialize(options: ClusterOptions, folder: string, password: string): Promise<void> {
  const { account, binaries, durable = true, signal } = options
  const passwordFile = `${folder}.password` // beside the folder, which has to be empty
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  await chmod(passwordFile, 0o600)
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid)
  const args = [
    ...['--pgdata', folder, '--username', POSTGRES_USER, '--pwfile', passwordFile],
    ...['--encoding', 'UTF8', '--locale', 'C'],
    ...(durable ? ['--auth', 'scram-sha-256'] : ['--auth', 'md5', '--no-sync']),
  ]
  try {
    // Interrupted, it is done only once it has ended: what it writes until then could not be removed.
    const how = { account, env: postgresEnv(), signal }
    const { isDone, stderr, reason } = await runProcess(binaries.initdb, args, how)
    if (!isDone) throw new Failure('postgres-init', { reason: stderr === '' ? reason : reasonIn(stderr) })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** What says why; what comes after it tells of cleaning up. */
function reasonIn(output: string): string {
  return /\b(?:error|FATAL|PANIC):.*/.exec(output)?.[0] ?? output.split('\n').at(-1) ?? output
}

/** The environment of PostgreSQL's programs: nothing of the user's, whose PG* variables would change what they do. */
export function postgresEnv(): NodeJS.ProcessEnv {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }
}

/** Removes a cluster, its password and its link. The server must have ended. */
export async function removeCluster(dir: string): Promise<void> {
  const link = clusterLink(dir)
  const isLink = (await lstat(link).catch(() => undefined))?.isSymbolicLink() === true
  if (isLink) await rm(await realpath(link).catch(() => link), { recursive: true, force: true })
  await rm(link, { recursive: true, force: true })
  await rm(passwordFileOf(dir), { force: true })
}
